#include "probe/tcp/tcp_probe.hpp"

#include "net/connect_operation.hpp"
#include "net/connection.hpp"
#include "probe/host_lookup.hpp"

namespace muster {
job tcp_probe(job_scope&, prober& shared, probe_request request) {
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  host_lookup lookup{shared, request.subject, whole};
  if (const outcome failure = co_await lookup; failure.status != status::up) {
    shared.deliver(request, failure);
    co_return;
  }
  const endpoint to{lookup.address(), request.port(), request.subject.scope()};
  connection peer{shared.streams(), shared.scarce()};
  connect_operation connecting{peer, shared.scarce(), whole, to, shared.source()};
  const outcome connected = co_await connecting;
  shared.deliver(request, to.address, shared.connect_outcome(connected, whole.ended()),
                 connecting.took());
}

}  // namespace muster
