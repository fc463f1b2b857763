#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A question for the time, and the wait for its answer; other datagrams are passed over.
job ntp_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
