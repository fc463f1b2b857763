#pragma once

#include "muster/task.hpp"

#include <string>

namespace muster {

/// What a run of tasks tells a person at its end: whole lines. Lines beyond the first are there
/// only when they have something to say.
std::string render_run_summary(const run_summary& summary, bool colour);
/// The same of a dry run, which has only shown commands.
std::string render_dry_run_summary(const run_summary& summary);

}  // namespace muster
