#pragma once

#include "cli/run_arguments.hpp"

namespace muster {

/// Runs `muster run`; returns the exit code.
int run_tasks(const run_arguments& arguments);

}  // namespace muster
