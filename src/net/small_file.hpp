#pragma once

#include <cstddef>
#include <string>

namespace muster {

/// Reads the first `bytes_max` bytes of a regular file, and of nothing else: a pipe or a device may
/// have no end. Gives 0, or the errno that kept it from being read.
int read_regular_file(const std::string& path, std::size_t bytes_max, std::string& into);

}  // namespace muster
