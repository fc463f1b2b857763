#pragma once

#include "contenders.hpp"
#include "report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace muster::bench {

/// The figures that are asked of muster, each pair in one run, against what is asked. Throws
/// std::runtime_error when a run doesn't give the results that it must.
std::vector<figure> measure_figures(const toolbox& tools, bool small,
                                    const std::function<void(const std::string&)>& say);

}  // namespace muster::bench
