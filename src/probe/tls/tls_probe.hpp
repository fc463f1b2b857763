#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A connect and a handshake, whose certificate is recorded; reset at once when it is there.
job tls_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
