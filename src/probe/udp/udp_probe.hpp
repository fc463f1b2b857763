#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A datagram, and the wait for the first that comes back.
job udp_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
