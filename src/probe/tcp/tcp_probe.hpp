#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A TCP connect, reset at once when it succeeds.
job tcp_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
