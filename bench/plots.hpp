#pragma once

#include "report.hpp"

#include <string>

namespace muster::bench {

/// What a growth plot shows on its upright axis.
enum class growth_axis { cpu, memory };

/// A log-log plot by gnuplot, as an SVG element; a sentence that says why not where there is none.
std::string growth_plot(const growth_report& one, growth_axis axis);

}  // namespace muster::bench
