#pragma once

#include "cli/run/run_arguments.hpp"

namespace muster {

/// Adds the options of `muster run` that say how many tasks there are at once, how long they may
/// take, which are tried again, and when the run gives up.
void add_run_limit_options(CLI::App& command, run_arguments& into);

}  // namespace muster
