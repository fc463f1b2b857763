#pragma once

#include "cli/sweep/sweep_arguments.hpp"

namespace muster {

/// Adds the options for further tries, for the order of a sweep, for when it ends and for how it
/// can be gone on with. Replaces the command's final callback, which checks how they fit.
void add_retry_and_end_options(CLI::App& command, sweep_arguments& into);

}  // namespace muster
