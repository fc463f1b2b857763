#pragma once

#include "cli/sweep/sweep_arguments.hpp"

namespace muster {

/// Adds the options that decide how a sweep runs its course: further tries, order, when it ends and
/// how it can be gone on with. Replaces the command's final callback, which checks how they fit.
void add_course_options(CLI::App& command, sweep_arguments& into);

}  // namespace muster
