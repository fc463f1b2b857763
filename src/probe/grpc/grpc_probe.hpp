#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A call that asks a gRPC server for its health.
job grpc_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
