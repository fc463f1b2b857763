// A stream that goes on in TLS, in a made-up world.
#include "net/byte_stream.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

const endpoint there{ip_address::from_v4(0x0a01'0001), 443};

/// A page that is asked for over TLS, and what each step came to.
struct page {
  byte_stream::connected connected;
  byte_stream::secured secured;
  byte_stream::transferred got;
  reason failure = reason::none;
  std::string answer;
  std::vector<byte_stream::time_point> came;  // each piece of it
  bool is_over = false;
};

struct world {
  explicit world(std::uint64_t seed = 1)
      : network{seed, {}}, line{network.time()}, context{relying()} {
    poller.time_events(network.time());
    network.peers.delay_min = network.peers.delay_max = 10ms;
    network.ports[there.port].speaks_tls = true;
  }
  static tls_settings relying() {
    tls_settings settings;
    settings.ca_file = simulated_issuer_file();
    return settings;
  }

  job_scope& jobs() { return scope; }
  job ask(page& about) {
    probe_deadline whole{deadlines, {network.time().now(), 10s}};
    byte_stream peer{poller, line, whole};
    about.connected = co_await peer.connect(there, source);
    bool goes_on = about.connected.ended == ending::none;
    if (goes_on) {
      peer.stamp_arrivals();
      const codec::tls_session::peer_identity identity{.name = "h1.test"};
      peer.begin_tls(std::make_unique<codec::tls_session>(context, identity));
      about.secured = co_await peer.handshake();
      about.failure = peer.tls()->failure();
      goes_on = about.failure == reason::none && about.secured.ended == ending::none;
    }
    if (goes_on) {
      const auto sent = co_await peer.write_all("GET / HTTP/1.1\r\n\r\n");
      std::array<char, 16> room;
      while (sent.error == 0 && sent.ended == ending::none) {
        about.got = co_await peer.read_some(room);
        about.answer.append(room.data(), about.got.bytes);
        if (about.got.bytes == 0) break;
        about.came.push_back(about.got.at);
      }
    }
    about.is_over = true;
  }
  bool step() {
    loop.restart();
    return loop.poll_one() > 0 || network.time().ring_next();
  }
  void run(const page& about) {
    network.run(loop, [&] { return about.is_over; });
    REQUIRE(about.is_over);
  }
  const conversation& known() { return network.conversations.at({there.address, 443}).back(); }

  asio::io_context loop;
  simulated_world network;
  deadline_queue deadlines{network.time()};
  shortage line;
  socket_poller poller{network.open_sockets()};
  codec::tls_context context;
  std::optional<endpoint> source;
  job_scope scope;
};

}  // namespace

TEST_CASE("the times in TLS are the peer's, however short this machine is") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    world here{seed};
    here.network.peers.no_memory = 0.5;
    here.network.peers.older = seed % 2 == 0 ? 1 : 0;
    here.network.peers.new_keys = 1;
    page about;
    here.ask(about);
    here.run(about);
    CHECK(about.failure == reason::none);
    CHECK(about.secured.took == (seed % 2 == 0 ? 20ms : 10ms));
    CHECK(about.answer == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK(about.came.size() > 1);
    for (const auto when : about.came)
      CHECK(when == *here.known().answered);
  }
}

TEST_CASE("a standstill in a handshake is not a part of it") {
  for (int steps = 0; steps < 20; ++steps) {
    CAPTURE(steps);
    world here;
    here.network.peers.older = 1;
    page about;
    here.ask(about);
    for (int i = 0; i < steps && !about.is_over && here.step(); ++i) {
    }
    here.network.time().pass(5s);
    here.run(about);
    CHECK(about.secured.took == 20ms);
  }
}

TEST_CASE("each manner of TLS that is no good comes to its reason") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    world here{seed};
    peer_weather& peers = here.network.peers;
    peers.older = 0.5;
    peers.dripped = 0.5;
    (seed % 2 == 0 ? peers.bad_certificate : peers.no_tls) = 1;
    page about;
    here.ask(about);
    here.run(about);
    CHECK(about.failure == here.known().tls_flaw);
    CHECK(about.failure != reason::none);
    CHECK(about.answer.empty());
  }
}

TEST_CASE("a stream in TLS may be cancelled or abandoned after any step, and leaves no socket") {
  for (const bool is_abandoned : {false, true}) {
    for (int steps = 0; steps < 40; ++steps) {
      CAPTURE(is_abandoned, steps);
      world here{static_cast<std::uint64_t>(steps)};
      peer_weather& peers = here.network.peers;
      peers.dripped = 1;
      peers.short_sends = 0.7;
      peers.no_descriptor = peers.no_memory = 0.3;
      peers.new_keys = 1;
      page about;
      here.ask(about);
      for (int i = 0; i < steps && !about.is_over && here.step(); ++i) {
      }
      if (is_abandoned) {
        here.scope.destroy_all();
      } else {
        here.deadlines.cancel_all();
        CHECK(about.is_over);
      }
      CHECK(here.network.open_socket_count == 0);
    }
  }
}
