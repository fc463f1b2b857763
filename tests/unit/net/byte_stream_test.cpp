// The steps of a probe on its connection, in a made-up world.
#include "net/byte_stream.hpp"

#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

const ip_address host = ip_address::from_v4(0x0a01'0001);

/// A question and its answer, and what each step came to.
struct dialogue {
  std::string text = std::string(1'000, 'q') + "\r\n\r\n";
  std::string queued = {};  // for the peer to be told while it answers
  byte_stream::connected connected;
  byte_stream::transferred sent;
  byte_stream::transferred got;
  std::string answer;
  std::chrono::nanoseconds busy_for{0};  // after the connect
  bool is_over = false;
};

struct world {
  explicit world(std::uint64_t seed = 1) : network{seed, {}}, line{network.time()} {
    poller.time_events(network.time());
    poller.look_between_wakes();
    network.peers.delay_min = network.peers.delay_max = 10ms;
  }

  job_scope& jobs() { return scope; }
  job talk(dialogue& with, transport kind = transport::stream) {
    probe_deadline whole{deadlines, {network.time().now(), timeout}};
    byte_stream peer{poller, line, whole, kind};
    const endpoint to{host, 80};
    with.connected = co_await peer.connect(to, source);
    network.time().pass(with.busy_for);
    if (with.connected.what.status == status::up && with.connected.ended == ending::none) {
      peer.stamp_arrivals();
      with.sent = co_await peer.write_all(with.text);
      peer.queue(with.queued);
      std::array<char, 16> room;
      while (with.sent.error == 0 && with.sent.ended == ending::none) {
        with.got = co_await peer.read_some(room);
        with.answer.append(room.data(), with.got.bytes);
        if (with.got.bytes == 0 || kind == transport::datagrams) break;
      }
    }
    with.is_over = true;
  }
  bool step() {
    context.restart();
    return context.poll_one() > 0 || network.time().ring_next();
  }
  void run(const dialogue& with) {
    network.run(context, [&] { return with.is_over; });
    REQUIRE(with.is_over);
  }
  const conversation& known() { return network.conversations.at({host, 80}).back(); }

  asio::io_context context;
  simulated_world network;
  deadline_queue deadlines{network.time()};
  shortage line;
  socket_poller poller{network.open_sockets()};
  std::optional<endpoint> source;
  std::chrono::nanoseconds timeout = 10s;
  job_scope scope;
};

}  // namespace

TEST_CASE("what is said on a connection is answered, and each step says when") {
  world here;
  dialogue with;
  here.talk(with);
  here.run(with);
  CHECK(with.connected.took == 10ms);
  CHECK(with.connected.at == *here.known().accepted);
  CHECK(with.sent.bytes == with.text.size());
  CHECK(with.sent.at == *here.known().asked);
  CHECK(with.answer == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(with.got.error == 0);
  CHECK(with.got.at == *here.known().answered);
  CHECK(here.network.open_socket_count == 0);
}

TEST_CASE("sends that take only a part are gone on with until all is sent") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    world here{seed};
    here.network.peers.short_sends = 0.9;
    dialogue with;
    here.talk(with);
    here.run(with);
    CHECK(with.sent.bytes == with.text.size());
    CHECK(with.answer.starts_with("HTTP/1.1 200"));
  }
}

TEST_CASE("what is queued leaves while something is waited for, and before what is written next") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    world here{seed};
    here.network.peers.short_sends = 0.9;
    here.network.peers.no_memory = seed % 2 == 0 ? 0.3 : 0;
    here.network.server = [](std::string_view request) -> std::optional<simulated_answer> {
      if (request.ends_with("\r\n\r\n")) return simulated_answer{"half", false};
      if (request.ends_with("thanks")) return "whole";
      return {};
    };
    dialogue with;
    with.queued = std::string(1'000, '.') + "thanks";
    here.talk(with);
    here.run(with);
    CHECK(with.answer == "halfwhole");
    CHECK(with.got.ended == ending::none);
  }
}

TEST_CASE("what is queued does not hold up what comes, where the peer takes none of it") {
  world here;
  here.network.peers.deaf = 1;
  dialogue with;
  with.queued = "thanks";
  here.talk(with);
  SECTION("an answer is there in its time") {
    here.run(with);
    CHECK(with.answer == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK(with.got.error == 0);
    CHECK(with.got.at == *here.known().answered);
  }
  SECTION("a reset is what the stream ends with, though the kernel has told of it before") {
    here.network.peers.reset = 1;
    here.run(with);
    CHECK(with.got.error == ECONNRESET);
  }
}

TEST_CASE("a peer that takes too little of what is queued is not listened to any further") {
  world here;
  here.network.peers.deaf = 1;
  dialogue with;
  with.queued = std::string(byte_stream::unsent_bytes_max + 1, '.');
  here.talk(with);
  here.run(with);
  CHECK(with.got.ended == ending::expired);
  CHECK(with.answer.empty());
}

TEST_CASE("a refusal, a reset and an ICMP error are what a step came to") {
  world here;
  dialogue with;
  SECTION("refused") {
    here.network.peers.refused = 1;
    here.talk(with);
    here.run(with);
    CHECK(with.connected.what.status == status::refused);
    CHECK(with.connected.took == 10ms);
  }
  SECTION("rejected") {
    here.network.peers.rejected = 1;
    here.talk(with);
    here.run(with);
    CHECK(with.connected.what.status == status::unreachable);
    CHECK(with.connected.what.error_source != host);
  }
  SECTION("reset") {
    here.network.peers.reset = 1;
    here.talk(with);
    here.run(with);
    CHECK(with.got.error == ECONNRESET);
  }
}

TEST_CASE("a refusal is not late by what those before it have done meanwhile") {
  // The second is a standstill, such as Ctrl-Z in the middle of it.
  for (const auto busy_for : {5ms, 3'000ms}) {
    world here;
    here.network.peers.refused = 1;
    std::array<dialogue, 20> all;
    for (dialogue& each : all) {
      each.busy_for = busy_for;
      here.talk(each);
    }
    here.run(all.back());
    for (const dialogue& each : all)
      CHECK(each.connected.took == 10ms);
  }
}

TEST_CASE("the deadline ends whichever step is under way, at its time") {
  world here;
  here.timeout = 500ms;
  dialogue with;
  const auto start = here.network.time().now();
  SECTION("connect") {
    here.network.peers.silent = 1;
    here.talk(with);
    here.run(with);
    CHECK(with.connected.ended == ending::expired);
  }
  SECTION("read") {
    here.network.peers.stalled = 1;
    here.talk(with);
    here.run(with);
    CHECK(with.got.ended == ending::expired);
  }
  CHECK(here.network.time().now() - start >= 500ms);
  CHECK(here.network.time().now() - start <= 502ms);
  CHECK(here.network.open_socket_count == 0);
}

TEST_CASE("a step waits for what this machine is short of, with the probe's clock stopped") {
  std::uint64_t waits = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    world here{seed};
    here.timeout = 100ms;
    peer_weather& peers = here.network.peers;
    peers.no_descriptor = peers.no_port = peers.no_watch = peers.no_memory = 0.3;
    dialogue with;
    here.talk(with);
    here.run(with);
    CHECK(with.connected.ended == ending::none);
    CHECK(with.connected.took == 10ms);
    CHECK(with.answer.starts_with("HTTP/1.1 200"));
    waits += here.line.waits().total();
  }
  CHECK(waits > 30);
}

TEST_CASE("where waiting is no use, a step says what it was short of") {
  world here;
  here.network.peers.no_descriptor = 1;
  dialogue with;
  here.talk(with);
  here.run(with);
  CHECK(with.connected.what.status == status::local_error);
  CHECK(with.connected.what.reason == reason::too_many_open_files);
}

TEST_CASE("after a standstill the time of a connect is still the kernel's") {
  world here;
  dialogue with;
  here.talk(with);
  here.network.time().pass(5s);
  here.run(with);
  CHECK(with.connected.took == 10ms);
  CHECK(with.connected.at == *here.known().accepted);
}

TEST_CASE("a datagram is one send, and an empty one is an answer") {
  world here;
  here.network.server = [](std::string_view) { return std::string{}; };
  dialogue with;
  with.text.clear();
  here.talk(with, transport::datagrams);
  here.run(with);
  CHECK(with.sent.bytes == 0);
  CHECK(with.got.bytes == 0);
  CHECK(with.got.error == 0);
  CHECK(with.got.at == *here.known().answered);
}

TEST_CASE("a dialogue may be cancelled or abandoned after any step, and leaves no socket") {
  for (const bool is_abandoned : {false, true}) {
    for (int steps = 0; steps < 40; ++steps) {
      CAPTURE(is_abandoned, steps);
      world here{static_cast<std::uint64_t>(steps)};
      peer_weather& peers = here.network.peers;
      peers.dripped = 1;
      peers.short_sends = 0.7;
      peers.no_descriptor = peers.no_memory = 0.3;
      dialogue with;
      with.queued = "thanks";
      here.talk(with);
      for (int i = 0; i < steps && !with.is_over && here.step(); ++i) {
      }
      if (is_abandoned) {
        here.scope.destroy_all();
      } else {
        here.deadlines.cancel_all();
        CHECK(with.is_over);
      }
      CHECK(here.network.open_socket_count == 0);
    }
  }
}
