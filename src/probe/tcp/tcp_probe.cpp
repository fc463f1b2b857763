#include "probe/tcp/tcp_probe.hpp"

#include "net/connect_operation.hpp"
#include "net/connection.hpp"
#include "probe/host_lookup.hpp"

#include <chrono>

namespace muster {
namespace {

using clock = std::chrono::steady_clock;

void deliver_connect(const prober& shared, const probe_request& request, ip_address address,
                     outcome what, clock::duration took) {
  probe_result result = prober::result_of(request);
  result.has_address = true;
  result.address = address;
  result.status = what.status;
  result.reason = what.reason;
  result.error_source = what.error_source;
  // A refusal is an answer too, and took its round trip.
  const bool refused = what.status == status::refused && what.reason != reason::self_connect;
  if (what.status == status::up || refused) result.rtt = took;
  shared.deliver(std::move(result));
}

}  // namespace

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
  deliver_connect(shared, request, to.address, shared.connect_outcome(connected, whole.ended()),
                  connecting.took());
}

}  // namespace muster
