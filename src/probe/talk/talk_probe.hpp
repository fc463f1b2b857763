#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A connection and a dialogue over it; reset at once when that is over.
job talk_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
