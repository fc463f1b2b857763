#include "probe/websocket/websocket_probe.hpp"

#include "probe/host_lookup.hpp"
#include "probe/websocket/websocket_exchange.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace muster {
namespace {

/// How long a server's close is waited for.
constexpr std::chrono::milliseconds goodbye_time_max{500};

}  // namespace

job websocket_probe(job_scope&, prober& shared, probe_request request) {
  const time_limit limit = shared.limit(request.subject);
  probe_deadline whole{shared.deadlines(), limit};
  websocket_exchange exchange{shared, request};
  if (!exchange.begin()) {
    exchange.deliver();
    co_return;
  }
  host_lookup lookup{shared, exchange.url(), whole};
  const outcome found = co_await lookup;
  exchange.fail(found);
  if (!exchange.is_well()) {
    exchange.deliver();
    co_return;
  }
  exchange.resolved(lookup.address());
  endpoint to = exchange.destination();
  byte_stream peer = shared.open_stream(whole);
  const auto connected = co_await lookup.connect(peer, to);
  exchange.resolved(to.address);
  exchange.connected(connected);
  if (exchange.is_well()) peer.stamp_arrivals();
  if (exchange.is_well() && exchange.is_secure()) {
    peer.begin_tls(exchange.make_tls_session());
    const auto secured = co_await peer.handshake();
    exchange.secured(secured, peer);
  }
  if (exchange.is_well()) exchange.ask();
  bool says_goodbye = false;
  while (!exchange.is_over()) {
    if (exchange.is_closing() && !std::exchange(says_goodbye, true)) {
      const auto left =
          std::min<std::chrono::nanoseconds>(goodbye_time_max, shared.time_left(limit));
      whole.arm(shared.deadlines(), {shared.time().now(), left});
    }
    if (exchange.has_to_send()) {
      const auto sent = co_await peer.write_all(exchange.output());
      exchange.sent(sent, peer);
    } else {
      peer.queue(exchange.output());
      exchange.queued();
      const auto got = co_await peer.read_some(shared.read_buffer());
      exchange.received(got, peer);
    }
  }
  exchange.deliver();
}

}  // namespace muster
