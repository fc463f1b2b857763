#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// A connection of WebSocket, what is talked over it, and its close.
job websocket_probe(job_scope&, prober& shared, probe_request request);

}  // namespace muster
