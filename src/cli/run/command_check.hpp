#pragma once

#include "cli/run/run_arguments.hpp"

namespace muster {

/// Throws usage_error when no task could be run: the directory is not there, or the program, where
/// it is the same for all targets. A program that `--begin` may make, or that a target names, is
/// looked for when its task starts.
void check_command(const run_arguments& arguments);

/// Says which defaults nothing asks for, perhaps as their names are mistyped.
void mention_idle_defaults(const run_arguments& arguments);

}  // namespace muster
