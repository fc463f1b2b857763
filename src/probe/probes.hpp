#pragma once

#include "net/job.hpp"
#include "probe/prober.hpp"

namespace muster {

/// One echo request to an address, for which `prober::icmp_for` has an exchange: the smallest
/// frame, for the largest sweeps.
job icmp_probe_once(prober& shared, probe_request request);
/// Several echo requests, or a name that has to be looked up first.
job icmp_probe(job_scope&, prober& shared, probe_request request);
/// A TCP connect, reset at once when it succeeds.
job tcp_probe(job_scope&, prober& shared, stream_request request);
/// An HTTP exchange, with redirects.
job http_probe(job_scope&, prober& shared, stream_request request);

}  // namespace muster
