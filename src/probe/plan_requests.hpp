#pragma once

#include "muster/probe_plan.hpp"
#include "probe/probe_request.hpp"

#include <cstddef>
#include <cstdint>

namespace muster {

/// How many probes a target gets under a plan: one if its row names the probe.
std::size_t probe_count(const probe_plan& plan, const target& subject);

/// The request for probe number `index` of a target under a plan. The plan outlives it.
probe_request request_of(const probe_plan& plan, const target& subject, std::size_t index);

}  // namespace muster
