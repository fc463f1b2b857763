#pragma once

#include "net/job.hpp"
#include "probe/icmp/icmp_runner.hpp"

namespace muster {

/// What a lone echo request needs to know, and no more: a million of them may be in flight.
struct echo_request {
  target subject;
  std::uint64_t sequence;
  semaphore_permit permit;
};

/// One echo request to an address, for which the runner has an exchange: the smallest frame, for
/// the largest sweeps.
job echo_once(icmp_runner& runner, echo_request request);
/// Several echo requests, or a name that has to be looked up first.
job icmp_probe(job_scope&, icmp_runner& runner, probe_request request);

}  // namespace muster
