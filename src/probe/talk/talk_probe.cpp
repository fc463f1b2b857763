#include "probe/talk/talk_probe.hpp"

#include "probe/host_lookup.hpp"
#include "probe/talk/talk_exchange.hpp"

namespace muster {

job talk_probe(job_scope&, prober& shared, probe_request request) {
  using need = dialogue::need;
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  host_lookup lookup{shared, request.subject, whole};
  if (const outcome failure = co_await lookup; failure.status != status::up) {
    shared.deliver(request, failure);
    co_return;
  }
  endpoint to{lookup.address(), request.port(), request.subject.scope()};
  byte_stream peer = shared.open_stream(whole);
  const auto connected = co_await lookup.connect(peer, to);
  if (const outcome what = shared.connect_outcome(connected); what.status != status::up) {
    shared.deliver(request, to.address, what, connected.took);
    co_return;
  }
  peer.stamp_arrivals();
  talk_exchange talk{shared, request, to.address, connected};
  while (!talk.is_over()) {
    outcome what;
    if (talk.needs() == need::send) {
      const auto sent = co_await peer.write_all(talk.output());
      what = shared.transfer_outcome(sent, peer, reason::send_timeout);
      talk.note(what);
      if (what.status == status::up) talk.sent(sent.at);
    } else if (talk.needs() == need::secure) {
      peer.begin_tls(talk.make_tls_session());
      const auto secured = co_await peer.handshake();
      what = shared.handshake_outcome(secured, peer);
      talk.note(what);
      if (what.status == status::up) talk.secured(secured.took, secured.at);
    } else {
      const auto got = co_await peer.read_some(shared.read_buffer());
      what = shared.transfer_outcome(got, peer, talk.waiting_for());
      talk.note(what);
      if (what.status != status::up) break;
      if (got.bytes == 0) {
        talk.closed();
      } else {
        talk.received({shared.read_buffer().data(), got.bytes}, got.at);
      }
    }
  }
  talk.deliver(peer.tls());
}

}  // namespace muster
