#pragma once

#include "contenders.hpp"
#include "report.hpp"

namespace muster::bench {

/// What everything ran on, and the versions of those that took part.
machine_report describe_machine(const toolbox& tools);

}  // namespace muster::bench
