#include "probe/http/http_probe.hpp"

#include "net/connect_operation.hpp"
#include "net/connection.hpp"
#include "probe/host_lookup.hpp"
#include "probe/http/http_exchange.hpp"

#include <chrono>
#include <utility>

namespace muster {

job http_probe(job_scope&, http_shared& http, probe_request request) {
  using state = http_exchange::state;
  prober& shared = http.around;
  probe_deadline whole{shared.deadlines(), shared.limit(request.subject)};
  http_exchange exchange{http, request};
  bool more = exchange.begin();
  while (more) {
    more = false;
    const auto paused_before = whole.paused();
    host_lookup lookup{shared, exchange.url(), whole};
    outcome what = co_await lookup;
    exchange.fail(what);
    if (what.status != status::up) break;
    exchange.resolved(lookup.address(), whole.paused() - paused_before);

    connection peer{shared.streams(), shared.scarce()};
    const endpoint to = exchange.destination();
    {
      connect_operation connecting{peer, shared.scarce(), whole, to, shared.source()};
      what = co_await connecting;
      what = shared.connect_outcome(what, whole.ended());
      exchange.fail(what);
      if (what.status != status::up) break;
      exchange.connected(connecting.took());
      peer.stamp_arrivals();
    }

    probe_deadline::step step{whole, peer};
    bool send_waited = false;
    while (!exchange.unsent().empty() && what.status == status::up) {
      const auto before = http_exchange::clock::now();
      const auto written = peer.write(exchange.unsent());
      exchange.sent(written.bytes, before);
      if (written.would_block) {
        co_await peer.wait(connection::writable);
      } else if (peer.missing() != scarce_resource::none && !shared.scarce().hopeless()) {
        const bool again = std::exchange(send_waited, true);
        shortage_pause pause{shared.scarce(), whole, peer.missing(), again};
        co_await pause;
      } else if (written.error != 0) {
        what = outcome_of_transfer_error(written.error);
      }
      if (whole.ended() != ending::none) what = shared.ended(whole.ended(), reason::send_timeout);
    }

    state response = state::need_more;
    while (response == state::need_more && what.status == status::up) {
      co_await peer.wait(connection::readable);
      if (whole.ended() != ending::none) {
        what = shared.ended(whole.ended(), exchange.waiting_for());
        break;
      }
      const auto got = peer.read(shared.read_buffer());
      if (got.would_block) continue;
      if (got.error != 0) {
        what = outcome_of_transfer_error(got.error);
      } else if (got.bytes == 0) {
        response = exchange.closed();
      } else {
        response = exchange.received({shared.read_buffer().data(), got.bytes}, peer.arrived());
      }
    }
    if (what.status != status::up) exchange.fail(what);
    more = response == state::done && exchange.follow_redirect();
  }
  exchange.deliver();
}

}  // namespace muster
