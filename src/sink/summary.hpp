#pragma once

#include "muster/statistics.hpp"

#include <string>

namespace muster {

/// What a sweep tells a person at its end: whole lines, each with its newline. Lines beyond the
/// first are there only when they have something to say. `hidden` are the results that were left
/// out of the output.
std::string render_summary(const sweep_summary& summary, const outcome_counts& hidden, bool colour);

}  // namespace muster
