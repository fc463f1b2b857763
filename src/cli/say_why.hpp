#pragma once

#include <functional>

namespace muster {

/// Runs something to its exit code. What it throws is said on standard error, and decides the code:
/// `no_memory` is said when memory ran out.
int say_why(const std::function<int()>& work, const char* no_memory = "out of memory");

}  // namespace muster
