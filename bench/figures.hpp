#pragma once

#include "contenders.hpp"
#include "report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace muster::bench {

/// The parts in which they are measured, comma-separated, for people.
std::string figure_part_names();
bool is_figure_part(const std::string& name);

/// The figures that are asked of muster, each pair in one run, against what is asked; only some
/// `parts`, unless that is empty. Throws std::runtime_error when a run doesn't give the results
/// that it must.
std::vector<figure> measure_figures(const toolbox& tools, const std::vector<std::string>& parts,
                                    bool small, const std::function<void(const std::string&)>& say);

}  // namespace muster::bench
