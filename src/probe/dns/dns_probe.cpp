#include "probe/dns/dns_probe.hpp"

#include "probe/dns/dns_exchange.hpp"
#include "probe/host_lookup.hpp"

namespace muster {

job dns_probe(job_scope&, prober& shared, probe_request request) {
  using state = dns_exchange::state;
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  dns_exchange exchange{shared, request};
  host_lookup lookup{shared, request.subject, whole};
  outcome what = co_await lookup;
  exchange.fail(what);
  bool more = what.status == status::up;
  if (more) exchange.resolved(lookup.address());
  while (more) {
    more = false;
    byte_stream peer = shared.open_stream(whole, exchange.kind());
    const auto connected =
        co_await lookup.connect(peer, exchange.destination(), exchange.may_race());
    exchange.connected(connected);
    if (!exchange.is_well()) break;
    if (exchange.kind() == transport::stream) peer.stamp_arrivals();
    if (exchange.is_secure()) {
      peer.begin_tls(exchange.make_tls_session());
      const auto secured = co_await peer.handshake();
      exchange.fail(shared.handshake_outcome(secured, peer));
      exchange.note_tls(*peer.tls());
      if (!exchange.is_well()) break;
    }

    const auto sent = co_await peer.write_all(exchange.question());
    exchange.sent(sent, peer);
    state answer = state::need_more;
    while (answer == state::need_more && exchange.is_well()) {
      const auto got = co_await peer.read_some(shared.read_buffer());
      answer = exchange.received(got, peer);
    }
    // A session may have failed since.
    if (exchange.is_secure() && !exchange.is_well()) exchange.note_tls(*peer.tls());
    more = answer == state::truncated;
  }
  exchange.deliver();
}

}  // namespace muster
