#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A question to a name server, and the wait for its answer.
job dns_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
