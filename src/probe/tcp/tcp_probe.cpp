#include "probe/tcp/tcp_probe.hpp"

#include "probe/host_lookup.hpp"

namespace muster {

job tcp_probe(job_scope&, prober& shared, probe_request request) {
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  host_lookup lookup{shared, request.subject, whole};
  if (const outcome failure = co_await lookup; failure.status != status::up) {
    shared.deliver(request, failure);
    co_return;
  }
  endpoint to{lookup.address(), request.port(), request.subject.scope()};
  byte_stream peer = shared.open_stream(whole);
  const auto connected = co_await lookup.connect(peer, to);
  outcome what = shared.connect_outcome(connected);
  // Who is not accepted is refused (RFC 9293, 3.10.7.3). Whether the reset of who was is seen here
  // depends on who is faster.
  if (what.status == status::reset) what = {};
  shared.deliver(request, to.address, what, connected.took);
}

}  // namespace muster
