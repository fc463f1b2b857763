#pragma once

#include "muster/probe_plan.hpp"

#include <string>
#include <vector>

namespace muster {

/// Adds the columns of targets' rows that the plan's probes, of all stages, are made of.
void add_columns(const probe_plan& plan, std::vector<std::string>& into);

}  // namespace muster
