#pragma once

#include "contenders.hpp"
#include "report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace muster::bench {

/// What a probe costs, and how much memory is held, as more are in flight, and as there are more
/// targets.
std::vector<growth_report> measure_growth(const toolbox& tools, bool small,
                                          const std::function<void(const std::string&)>& say);

}  // namespace muster::bench
