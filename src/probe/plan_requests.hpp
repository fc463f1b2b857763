#pragma once

#include "muster/probe_plan.hpp"
#include "probe/probe_request.hpp"

#include <cstddef>
#include <cstdint>

namespace muster {

/// How many probes a target gets under a plan: one if its row names the probe.
std::size_t probe_count(const probe_plan& plan, const target& subject);

/// The request for probe number `index` of a target under a plan, in the order ICMP, TCP, HTTP,
/// exec. The plan outlives it.
stream_request request_of(const probe_plan& plan, const target& subject, std::size_t index);

/// What a probe needs a right to besides that to be in flight.
enum class scarce_need : std::uint8_t {
  nothing,     ///< It shares a socket with others.
  descriptor,  ///< A file descriptor of its own.
  process,     ///< A process.
};
scarce_need need_of(probe_kind kind);

}  // namespace muster
