// Connecting to one of several addresses of a host, in a made-up world.
#include "net/address_order.hpp"
#include "net/byte_stream.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

using addresses = std::vector<ip_address>;

constexpr ip_address six(std::uint64_t last) {
  return ip_address::from_bits(0x2001'0db8ULL << 32, last);
}
constexpr ip_address four(std::uint32_t last) { return ip_address::from_v4(0xc000'0200 + last); }

const addresses hosts{six(1), four(1), six(2), four(2)};

/// A race for a connection, and a question and its answer over that.
struct race {
  byte_stream::connected connected;
  endpoint to{six(9), 80};
  std::string answer;
  bool is_over = false;
};

struct world {
  explicit world(std::uint64_t seed = 1)
      : network{seed, {}}, line{network.time()}, descriptors{context.get_executor(), 100} {
    poller.time_events(network.time());
    poller.look_between_wakes();
    poller.on_before_events([this] { deadlines.catch_up(); });
    line.share_descriptors(descriptors);
    network.peers.delay_min = network.peers.delay_max = 10ms;
    for (const ip_address& one : hosts)
      network.peers_at[one] = network.peers;
  }

  job_scope& jobs() { return scope; }
  job talk(race& with) {
    probe_deadline whole{deadlines, {network.time().now(), timeout}};
    byte_stream peer{poller, line, whole};
    with.connected = co_await peer.connect(with.to, tried, source);
    if (with.connected.what.status == status::up && with.connected.ended == ending::none) {
      peer.stamp_arrivals();
      const auto sent = co_await peer.write_all("GET / HTTP/1.0\r\n\r\n");
      std::array<char, 64> room;
      while (sent.error == 0) {
        const auto got = co_await peer.read_some(room);
        with.answer.append(room.data(), got.bytes);
        if (got.bytes == 0 || got.ended != ending::none) break;
      }
    }
    with.is_over = true;
  }
  bool step() {
    context.restart();
    return context.poll_one() > 0 || network.time().ring_next();
  }
  race run() {
    race with;
    talk(with);
    network.run(context, [&] { return with.is_over; });
    REQUIRE(with.is_over);
    CHECK(network.open_socket_count == 0);
    CHECK(descriptors.in_use() == 0);
    return with;
  }
  peer_weather& at(const ip_address& host) { return network.peers_at[host]; }
  bool was_tried(const ip_address& host) const {
    return network.conversations.contains({host, 80});
  }
  /// Whether it was first tried to connect to it so long after the start; deadlines are looked at
  /// once in a millisecond.
  bool was_tried(const ip_address& host, std::chrono::milliseconds after) const {
    const auto known = network.conversations.find({host, 80});
    if (known == network.conversations.end()) return false;
    const auto began = known->second.front().began - start;
    return began >= after && began <= after + 6ms;
  }

  asio::io_context context;
  simulated_world network;
  deadline_queue deadlines{network.time()};
  shortage line;
  semaphore descriptors;
  socket_poller poller{network.open_sockets()};
  addresses tried = hosts;
  std::optional<endpoint> source;
  std::chrono::nanoseconds timeout = 10s;
  timeline::time_point start = network.time().now();
  job_scope scope;
};

}  // namespace

TEST_CASE("addresses are tried in turns by family, beginning with that of the first") {
  CHECK(in_turns_by_family({four(1), four(2), four(3), six(1), four(1), six(2)}) ==
        addresses{four(1), six(1), four(2), six(2), four(3)});
  CHECK(in_turns_by_family({six(1), four(1), four(2)}) == addresses{six(1), four(1), four(2)});
  CHECK(in_turns_by_family({}).empty());
}

TEST_CASE("who is connected within the delay keeps the others from being tried") {
  world here;
  here.at(six(1)).delay_min = here.at(six(1)).delay_max = 240ms;
  const race with = here.run();
  CHECK(with.to.address == six(1));
  CHECK(with.connected.took == 240ms);
  CHECK(with.answer.starts_with("HTTP/1.1 200"));
  CHECK_FALSE(here.was_tried(four(1)));
}

TEST_CASE("of several that are under way the first that is connected is used, with its own time") {
  world here;
  here.at(six(1)).silent = 1;
  here.at(four(1)).delay_min = here.at(four(1)).delay_max = 300ms;
  here.at(six(2)).delay_min = here.at(six(2)).delay_max = 20ms;
  const race with = here.run();
  CHECK(with.to.address == six(2));
  CHECK(with.connected.took == 20ms);
  const conversation& winner = here.network.conversations.at({six(2), 80}).front();
  CHECK(with.connected.at == *winner.accepted);
  CHECK(here.was_tried(four(1), 250ms));
  CHECK(here.was_tried(six(2), 500ms));
  CHECK_FALSE(here.was_tried(four(2)));
  CHECK(with.answer.starts_with("HTTP/1.1 200"));
}

TEST_CASE("an attempt that fails has the next one begun at once") {
  world here;
  here.at(six(1)).refused = 1;
  here.at(four(1)).no_route = 1;
  const race with = here.run();
  CHECK(with.to.address == six(2));
  CHECK(here.was_tried(six(2), 10ms));
  CHECK(with.connected.took == 10ms);
}

TEST_CASE("a family that is dead costs one delay") {
  world here;
  here.at(six(1)).silent = here.at(six(2)).silent = 1;
  const race with = here.run();
  CHECK(with.to.address == four(1));
  CHECK(here.was_tried(four(1), 250ms));
  CHECK(with.connected.took == 10ms);
}

TEST_CASE("where all fail, the outcome is the one that says most, of the address that said it") {
  world here;
  here.timeout = 2s;
  for (const ip_address& one : hosts)
    here.at(one).silent = 1;
  SECTION("nobody answers") {
    const race with = here.run();
    CHECK(with.connected.ended == ending::expired);
    CHECK(with.to.address == six(1));
    CHECK(here.was_tried(four(2), 750ms));
  }
  SECTION("one refuses, the others are silent") {
    here.at(six(2)).silent = 0;
    here.at(six(2)).refused = 1;
    const race with = here.run();
    CHECK(with.connected.ended == ending::none);
    CHECK(with.connected.what.status == status::refused);
    CHECK(with.connected.took == 10ms);
    CHECK(with.to.address == six(2));
  }
  SECTION("one has no route, the others are silent") {
    here.at(six(1)).no_route = 1;
    const race with = here.run();
    CHECK(with.connected.ended == ending::expired);
    CHECK(with.to.address == four(1));
  }
  SECTION("all end at once") {
    for (const ip_address& one : hosts)
      here.at(one).no_route = 1;
    here.at(four(1)).no_route = here.at(four(1)).silent = 0;
    here.at(four(1)).rejected = 1;
    const race with = here.run();
    CHECK(with.connected.what.status == status::unreachable);
    CHECK(with.to.address == four(1));
  }
}

TEST_CASE("a race takes no more descriptors than there are, and goes on with what it has") {
  world here;
  here.at(six(1)).delay_min = here.at(six(1)).delay_max = 3s;
  std::vector<semaphore_permit> taken;
  while (auto one = here.descriptors.try_acquire())
    taken.push_back(std::move(*one));
  SECTION("until the first is connected") {
    const race with = [&] {
      race only;
      here.talk(only);
      here.network.run(here.context, [&] { return only.is_over; });
      return only;
    }();
    CHECK(with.to.address == six(1));
    CHECK(with.connected.took == 3s);
    CHECK_FALSE(here.was_tried(four(1)));
  }
  SECTION("or until there is another") {
    race with;
    here.talk(with);
    here.network.run(here.context, [&] { return here.network.time().now() >= here.start + 500ms; });
    taken.clear();
    here.network.run(here.context, [&] { return with.is_over; });
    CHECK(with.to.address == four(1));
    CHECK(here.was_tried(four(1), 650ms));
  }
  SECTION("and takes the place of one that failed") {
    here.at(six(1)) = here.at(four(1));
    here.at(six(1)).refused = 1;
    race with;
    here.talk(with);
    here.network.run(here.context, [&] { return with.is_over; });
    CHECK(with.to.address == four(1));
  }
}

TEST_CASE("what this machine is short of holds no attempt up, and is not the host's fault") {
  std::uint64_t waits = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    world here{seed};
    for (auto& [host, weather] : here.network.peers_at)
      weather.no_port = 0.4;
    peer_weather& peers = here.network.peers;
    peers.no_descriptor = peers.no_watch = 0.4;
    // Now there is an attempt under way meanwhile, and now there is none.
    (seed % 2 == 0 ? here.at(six(1)).silent : here.at(six(1)).refused) = 1;
    if (seed % 2 == 1) here.timeout = 100ms;
    const race with = here.run();
    CHECK(with.connected.ended == ending::none);
    CHECK(with.connected.what.status == status::up);
    CHECK(with.connected.took == 10ms);
    waits += here.line.waits().total();
  }
  CHECK(waits > 100);
}

TEST_CASE("where waiting is no use, a race says what it was short of") {
  world here;
  here.network.peers.no_descriptor = 1;
  const race with = here.run();
  CHECK(with.connected.what.reason == reason::too_many_open_files);
}

TEST_CASE("after a standstill a race has the time that it had before") {
  world here;
  here.timeout = 1s;
  here.at(six(1)).silent = 1;
  here.at(four(1)).delay_min = here.at(four(1)).delay_max = 300ms;
  here.at(six(2)).silent = here.at(four(2)).silent = 1;
  race with;
  here.talk(with);
  here.network.run(here.context, [&] { return here.was_tried(four(1)); });
  here.network.time().pass(30s);
  here.network.run(here.context, [&] { return with.is_over; });
  CHECK(with.to.address == four(1));
  CHECK(with.connected.took == 300ms);
}

TEST_CASE("many races at once each have a true winner, whatever the network does") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    world here{seed};
    here.timeout = 2s;
    for (auto& [host, weather] : here.network.peers_at) {
      weather.silent = weather.refused = weather.rejected = 0.25;
      weather.at_once = weather.no_route = weather.lost = 0.1;
      weather.delay_min = 1ms;
      weather.delay_max = 700ms;
    }
    std::array<race, 10> all;
    for (race& each : all)
      here.talk(each);
    here.network.run(here.context, [&] { return std::ranges::all_of(all, &race::is_over); });
    CHECK(here.network.open_socket_count == 0);
    CHECK(here.descriptors.in_use() == 0);
    for (const race& each : all) {
      REQUIRE(each.is_over);
      if (each.connected.ended == ending::expired) continue;
      const auto& known = here.network.conversations[{each.to.address, 80}];
      const auto took = each.connected.took;
      const auto is_so = [&](const conversation& one) {
        const auto& when = each.connected.what.status == status::up        ? one.accepted
                           : each.connected.what.status == status::refused ? one.refused
                                                                           : one.rejected;
        return when && *when - one.began == took;
      };
      if (each.connected.what.status == status::local_error) continue;
      CHECK(std::ranges::any_of(known, is_so));
    }
  }
}

TEST_CASE("a race may be cancelled or abandoned after any step, and leaves no socket") {
  for (const bool is_abandoned : {false, true}) {
    for (int steps = 0; steps < 60; ++steps) {
      CAPTURE(is_abandoned, steps);
      world here{static_cast<std::uint64_t>(steps)};
      for (auto& [host, weather] : here.network.peers_at) {
        weather.silent = 0.5;
        weather.refused = 0.5;
        weather.dripped = 1;
        weather.no_port = 0.2;
      }
      here.network.peers.no_descriptor = 0.3;
      race with;
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
      CHECK(here.descriptors.in_use() == 0);
    }
  }
}
