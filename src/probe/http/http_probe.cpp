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
    host_lookup lookup{shared, exchange.hop(), whole};
    outcome what = co_await lookup;
    exchange.fail(what);
    if (what.status != status::up) break;
    exchange.resolved(lookup.address(), lookup.arrived());

    auto connection = exchange.take_kept(whole);
    const bool is_kept = connection != nullptr;
    if (!is_kept) connection = std::make_unique<http_connection>(shared, whole);
    byte_stream& peer = connection->stream;
    if (!is_kept) {
      endpoint to = exchange.destination();
      const auto connected = co_await lookup.connect(peer, to);
      exchange.reached(to.address);
      what = shared.connect_outcome(connected);
      exchange.fail_on_way(what);
      if (what.status != status::up) break;
      exchange.connected(connected.took);
      peer.stamp_arrivals();
    }
    if (!is_kept && exchange.needs_tunnel()) {
      proxy_tunnel& tunnel = exchange.begin_tunnel();
      const auto sent = co_await peer.write_all(tunnel.request());
      tunnel.sent(sent.at);
      what = shared.transfer_outcome(sent, peer, reason::send_timeout);
      while (what.status == status::up && !tunnel.is_open()) {
        const auto got = co_await peer.read_some(shared.read_buffer());
        what = shared.transfer_outcome(got, peer, reason::proxy_timeout);
        if (what.status != status::up) break;
        what = tunnel.received({shared.read_buffer().data(), got.bytes}, got.at);
      }
      exchange.end_tunnel(what);
      if (what.status != status::up) break;
    }
    if (!is_kept && exchange.is_secure()) {
      peer.begin_tls(exchange.make_tls_session());
      const auto secured = co_await peer.handshake();
      what = shared.handshake_outcome(secured, peer);
      exchange.secured(secured.took, *peer.tls());
      exchange.fail(what);
      if (what.status != status::up) break;
    }

    state response = exchange.ask(std::move(connection->http2));
    auto paused_when_sent = whole.paused();
    while (response == state::need_more && what.status == status::up) {
      const auto output = exchange.output();
      if (!output.empty() && !exchange.has_asked()) {
        const auto sent = co_await peer.write_all(output);
        paused_when_sent = whole.paused();
        what = shared.transfer_outcome(sent, peer, reason::send_timeout);
        exchange.sent(sent.at);
        continue;
      }
      peer.queue(output);
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
