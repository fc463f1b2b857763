#include "probe/http/http_probe.hpp"

#include "probe/host_lookup.hpp"
#include "probe/http/http_exchange.hpp"

namespace muster {
namespace {

outcome transfer_outcome(const prober& shared, const byte_stream::transferred& came_to,
                         reason timed_out) {
  if (came_to.ended != ending::none) return shared.ended(came_to.ended, timed_out);
  return came_to.error == 0 ? outcome{} : outcome_of_transfer_error(came_to.error);
}

}  // namespace

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

    const endpoint to = exchange.destination();
    byte_stream peer = shared.open_stream(whole);
    const auto connected = co_await peer.connect(to, shared.source());
    what = shared.connect_outcome(connected);
    exchange.fail(what);
    if (what.status != status::up) break;
    exchange.connected(connected.took);
    peer.stamp_arrivals();

    const auto sent = co_await peer.write_all(exchange.request());
    exchange.sent(sent.at);
    const auto paused_when_sent = whole.paused();
    what = transfer_outcome(shared, sent, reason::send_timeout);
    state response = state::need_more;
    while (response == state::need_more && what.status == status::up) {
      const auto got = co_await peer.read_some(shared.read_buffer());
      what = transfer_outcome(shared, got, exchange.waiting_for());
      if (what.status != status::up) break;
      response = got.bytes == 0
                     ? exchange.closed(whole.paused() - paused_when_sent)
                     : exchange.received({shared.read_buffer().data(), got.bytes}, got.at);
    }
    if (what.status != status::up) exchange.fail(what);
    more = response == state::done && exchange.follow_redirect();
  }
  exchange.deliver();
}

}  // namespace muster
