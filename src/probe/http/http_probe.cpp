#include "probe/http/http_probe.hpp"

#include "probe/host_lookup.hpp"
#include "probe/http/http_exchange.hpp"

namespace muster {

job http_probe(job_scope&, http_shared& http, probe_request request) {
  using state = http_exchange::state;
  prober& shared = http.owner;
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  http_exchange exchange{http, request};
  bool more = exchange.begin();
  while (more) {
    more = false;
    host_lookup lookup{shared, exchange.url(), whole};
    outcome what = co_await lookup;
    exchange.fail(what);
    if (what.status != status::up) break;
    exchange.resolved(lookup.address(), lookup.arrived());

    auto connection = exchange.take_kept(whole);
    const bool is_kept = connection != nullptr;
    if (!is_kept) connection = std::make_unique<http_connection>(shared, whole);
    byte_stream& peer = connection->stream;
    if (!is_kept) {
      const endpoint to = exchange.destination();
      const auto connected = co_await peer.connect(to, shared.source());
      what = shared.connect_outcome(connected);
      exchange.fail(what);
      if (what.status != status::up) break;
      exchange.connected(connected.took);
      peer.stamp_arrivals();
    }
    if (!is_kept && exchange.is_secure()) {
      peer.begin_tls(exchange.make_tls_session());
      const auto secured = co_await peer.handshake();
      what = shared.handshake_outcome(secured, peer);
      exchange.secured(secured.took, *peer.tls());
      exchange.fail(what);
      if (what.status != status::up) break;
    }

    exchange.ask(std::move(connection->http2));
    auto paused_when_sent = whole.paused();
    state response = state::need_more;
    while (response == state::need_more && what.status == status::up) {
      if (const auto output = exchange.output(); !output.empty()) {
        const auto sent = co_await peer.write_all(output);
        paused_when_sent = whole.paused();
        what = exchange.sent(sent.at, shared.transfer_outcome(sent, peer, reason::send_timeout));
        continue;
      }
      const auto got = co_await peer.read_some(shared.read_buffer());
      what = shared.transfer_outcome(got, peer, exchange.waiting_for());
      if (what.status != status::up) break;
      response = got.bytes == 0
                     ? exchange.closed(whole.paused() - paused_when_sent)
                     : exchange.received({shared.read_buffer().data(), got.bytes}, got.at);
    }
    if (what.status == status::tls_error) exchange.secured({}, *peer.tls());
    if (what.status != status::up) exchange.fail(what);
    if (response == state::done) {
      exchange.keep(std::move(connection));
      more = exchange.follow_redirect();
    } else {
      more = (is_kept && exchange.go_on_anew()) || exchange.go_back_to_http1();
    }
  }
  exchange.deliver();
}

}  // namespace muster
