#include "probe/grpc/grpc_probe.hpp"

#include "probe/grpc/grpc_exchange.hpp"
#include "probe/host_lookup.hpp"

namespace muster {

job grpc_probe(job_scope&, prober& shared, probe_request request) {
  using state = grpc_exchange::state;
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
  if (what.status != status::up) {
    shared.deliver(request, to.address, what, connected.took);
    co_return;
  }
  peer.stamp_arrivals();
  grpc_exchange call{shared, request, to.address, connected.took};
  if (call.is_secure()) {
    peer.begin_tls(call.make_tls_session());
    const auto secured = co_await peer.handshake();
    what = shared.handshake_outcome(secured, peer);
    call.secured(secured.took, *peer.tls());
  }
  state answer = what.status == status::up ? call.ask() : state::need_more;
  while (answer == state::need_more && what.status == status::up) {
    const auto output = call.output();
    if (!output.empty() && !call.has_asked()) {
      const auto sent = co_await peer.write_all(output);
      what = shared.transfer_outcome(sent, peer, reason::send_timeout);
      call.sent(sent.at);
      continue;
    }
    peer.queue(output);
    const auto got = co_await peer.read_some(shared.read_buffer());
    what = shared.transfer_outcome(got, peer, call.waiting_for());
    if (what.status != status::up) break;
    answer = got.bytes == 0 ? call.closed()
                            : call.received({shared.read_buffer().data(), got.bytes}, got.at);
  }
  if (what.status == status::tls_error) call.secured({}, *peer.tls());
  if (what.status != status::up) call.fail(what);
  call.deliver();
}

}  // namespace muster
