#pragma once

#include "cli/sweep_arguments.hpp"

namespace muster {

/// Runs `muster sweep`; returns the exit code.
int run_sweep(const sweep_arguments& arguments);

}  // namespace muster
