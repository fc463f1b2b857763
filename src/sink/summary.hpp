#pragma once

#include "muster/statistics.hpp"

#include <cstdint>
#include <string>

namespace muster {

/// What a sweep tells a person at its end: whole lines, each with its newline. Lines beyond the
/// first are there only when they have something to say. `hidden` results were left out of the
/// output.
std::string render_summary(const sweep_summary& summary, std::uint64_t hidden, bool colour);

}  // namespace muster
