#include "limit/host_slots.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using muster::host_slots;

namespace {

using slots = host_slots<std::string>;
using ready_work = std::pair<std::uint64_t, std::string>;

ready_work take(slots& from) { return from.take_ready().value_or(ready_work{0, "nothing"}); }

}  // namespace

TEST_CASE("a host has as many slots as it may have in flight") {
  slots hosts{2, 10};
  CHECK(hosts.try_enter(7));
  CHECK_FALSE(hosts.full(7));
  CHECK(hosts.try_enter(7));
  CHECK(hosts.full(7));
  CHECK_FALSE(hosts.try_enter(7));
  CHECK(hosts.try_enter(8));
  CHECK(hosts.hosts() == 2);
  hosts.leave(7);
  CHECK_FALSE(hosts.full(7));
  CHECK(hosts.try_enter(7));
}

TEST_CASE("a host that holds no slot is forgotten") {
  slots hosts{4, 10};
  CHECK(hosts.try_enter(0));
  CHECK(hosts.try_enter(0));
  hosts.leave(0);
  CHECK(hosts.hosts() == 1);
  hosts.leave(0);
  CHECK(hosts.hosts() == 0);
  CHECK_FALSE(hosts.full(0));
}

TEST_CASE("parked work becomes ready when a slot of its host is freed, and keeps the slot") {
  slots hosts{1, 10};
  CHECK(hosts.try_enter(1));
  CHECK(hosts.try_enter(2));
  hosts.park(1, "work");
  CHECK(hosts.parked() == 1);
  CHECK_FALSE(hosts.take_ready());
  hosts.leave(2);
  CHECK_FALSE(hosts.take_ready());
  hosts.leave(1);
  CHECK(hosts.parked() == 0);
  CHECK(hosts.ready() == 1);
  CHECK(hosts.full(1));
  CHECK(take(hosts) == ready_work{1, "work"});
  CHECK(hosts.full(1));
  hosts.leave(1);
  CHECK(hosts.hosts() == 0);
}

TEST_CASE("works of one host are served in order, and hosts in the order of their freed slots") {
  slots hosts{1, 10};
  for (std::uint64_t key : {1u, 2u})
    CHECK(hosts.try_enter(key));
  hosts.park(1, "1a");
  hosts.park(1, "1b");
  hosts.park(2, "2a");
  hosts.park(1, "1c");
  hosts.leave(2);
  hosts.leave(1);
  CHECK(take(hosts) == ready_work{2, "2a"});
  CHECK(take(hosts) == ready_work{1, "1a"});
  hosts.leave(1);
  CHECK(take(hosts) == ready_work{1, "1b"});
  hosts.leave(1);
  CHECK(take(hosts) == ready_work{1, "1c"});
  hosts.leave(1);
  CHECK(hosts.hosts() == 1);
  CHECK(take(hosts) == ready_work{0, "nothing"});
}

TEST_CASE("work parked for a host that has a free slot is ready at once") {
  slots hosts{1, 10};
  hosts.park(5, "early");
  CHECK(hosts.full(5));
  CHECK(take(hosts) == ready_work{5, "early"});
}

TEST_CASE("parking stops at its maximum, but a ready work can always be parked again") {
  slots hosts{1, 2};
  CHECK(hosts.try_enter(1));
  CHECK(hosts.can_park());
  hosts.park(1, "a");
  CHECK(hosts.can_park());
  hosts.park(1, "b");
  CHECK_FALSE(hosts.can_park());
  hosts.leave(1);
  CHECK_FALSE(hosts.can_park());
  ready_work again = take(hosts);
  CHECK(hosts.can_park());
  hosts.park(again.first, std::move(again.second));
  CHECK_FALSE(hosts.can_park());
  CHECK(hosts.parked() == 2);
}

TEST_CASE("with no limit per host nothing is tracked") {
  slots hosts{0, 2};
  for (int i = 0; i < 100'000; ++i)
    REQUIRE(hosts.try_enter(1));
  CHECK_FALSE(hosts.full(1));
  CHECK(hosts.hosts() == 0);
  hosts.leave(1);
  hosts.park(1, "work");
  CHECK(take(hosts) == ready_work{1, "work"});
}

TEST_CASE("limits too large for the table are lowered, not cut off") {
  slots hosts{65'536, 10};
  CHECK(hosts.per_host_max() == 65'535);
  for (int i = 0; i < 65'535; ++i)
    REQUIRE(hosts.try_enter(1));
  CHECK_FALSE(hosts.try_enter(1));
  for (int i = 0; i < 65'535; ++i)
    hosts.leave(1);
  CHECK(hosts.hosts() == 0);
}

TEST_CASE("drain hands out every work and leaves the slots of what is in flight") {
  slots hosts{1, 10};
  for (std::uint64_t key : {1u, 2u, 3u})
    CHECK(hosts.try_enter(key));
  hosts.park(1, "1a");
  hosts.park(1, "1b");
  hosts.park(2, "2a");
  hosts.park(3, "3a");
  hosts.leave(3);
  hosts.leave(1);
  CHECK(take(hosts) == ready_work{3, "3a"});
  std::vector<ready_work> drained;
  hosts.drain(
      [&](std::uint64_t key, std::string&& work) { drained.emplace_back(key, std::move(work)); });
  CHECK(drained.front() == ready_work{1, "1a"});
  std::sort(drained.begin(), drained.end());
  CHECK(drained == std::vector<ready_work>{{1, "1a"}, {1, "1b"}, {2, "2a"}});
  CHECK(hosts.parked() + hosts.ready() == 0);
  CHECK(hosts.hosts() == 2);
  hosts.leave(2);
  hosts.leave(3);
  CHECK(hosts.hosts() == 0);
  CHECK_FALSE(hosts.take_ready());
  hosts.park(4, "after");
  CHECK(take(hosts) == ready_work{4, "after"});
}

TEST_CASE("works may be move-only, and are destroyed with the parking") {
  const auto alive = std::make_shared<int>();
  {
    host_slots<std::unique_ptr<std::shared_ptr<int>>> hosts{1, 10};
    CHECK(hosts.try_enter(1));
    for (int i = 0; i < 5; ++i)
      hosts.park(1, std::make_unique<std::shared_ptr<int>>(alive));
    hosts.leave(1);
    CHECK(alive.use_count() == 6);
    hosts.take_ready();
    CHECK(alive.use_count() == 5);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a million hosts at once are all found again") {
  constexpr std::uint64_t count = 1'000'000;
  slots hosts{1, 10};
  std::uint64_t wrong = 0;
  // Consecutive keys, as from a careless hash.
  for (std::uint64_t key = 0; key < count; ++key)
    wrong += hosts.try_enter(key) ? 0u : 1u;
  CHECK(hosts.hosts() == count);
  for (std::uint64_t key = 0; key < count; ++key)
    wrong += hosts.full(key) ? 0u : 1u;
  for (std::uint64_t key = 0; key < count; key += 2)
    hosts.leave(key);
  for (std::uint64_t key = 0; key < count; ++key) {
    wrong += hosts.full(key) == (key % 2 == 1) ? 0u : 1u;
  }
  for (std::uint64_t key = 1; key < count; key += 2)
    hosts.leave(key);
  CHECK(hosts.hosts() == 0);
  CHECK(wrong == 0);
}

TEST_CASE("keys that collide in the table do not lose each other") {
  // Few hosts, a small table, and every order of coming and going: runs wrap around its end.
  std::mt19937_64 random{3};
  std::map<std::uint64_t, int> model;
  slots hosts{3, 10};
  for (int step = 0; step < 300'000; ++step) {
    const std::uint64_t key = random() % 24;
    if (random() % 2 == 0) {
      const bool entered = hosts.try_enter(key);
      REQUIRE(entered == (model[key] < 3));
      if (entered) ++model[key];
    } else if (model[key] > 0) {
      hosts.leave(key);
      --model[key];
    }
    REQUIRE(hosts.full(key) == (model[key] == 3));
    const auto held = [](const auto& host) { return host.second > 0; };
    REQUIRE(hosts.hosts() ==
            static_cast<std::size_t>(std::count_if(model.begin(), model.end(), held)));
  }
}

TEST_CASE("a sweep that parks cursors makes each probe once and never passes a limit") {
  struct cursor {
    int host;
    int left;
  };
  constexpr int host_count = 50;
  constexpr std::size_t per_host_max = 3;
  constexpr std::size_t parked_max = 8;
  std::mt19937 random{11};
  host_slots<cursor> hosts{per_host_max, parked_max};
  std::vector<int> in_flight;  // One entry, the host, for each probe.
  std::map<int, int> probed;
  int next_host = 0;
  std::size_t parked_peak = 0;

  const auto key_of = [](int host) { return static_cast<std::uint64_t>(host) << 40; };
  const auto start = [&](cursor& from) {
    --from.left;
    ++probed[from.host];
    in_flight.push_back(from.host);
    const auto now = std::count(in_flight.begin(), in_flight.end(), from.host);
    REQUIRE(static_cast<std::size_t>(now) <= per_host_max);
  };
  const auto go_on = [&](cursor from) {
    while (from.left > 0 && hosts.try_enter(key_of(from.host)))
      start(from);
    if (from.left > 0) hosts.park(key_of(from.host), from);
  };

  do {
    while (auto ready = hosts.take_ready()) {
      start(ready->second);
      go_on(ready->second);
    }
    while (next_host < host_count && hosts.can_park()) {
      go_on(cursor{next_host, 1 + next_host * 2});
      ++next_host;
    }
    parked_peak = std::max(parked_peak, hosts.parked() + hosts.ready());
    const std::size_t ended = random() % in_flight.size();
    std::swap(in_flight[ended], in_flight.back());
    hosts.leave(key_of(in_flight.back()));
    in_flight.pop_back();
  } while (!in_flight.empty() || hosts.ready() > 0);

  CHECK(next_host == host_count);
  CHECK(parked_peak <= parked_max);
  CHECK(hosts.hosts() == 0);
  for (int host = 0; host < host_count; ++host)
    CHECK(probed[host] == 1 + host * 2);
}

TEST_CASE(
    "slots that become more go to those who wait, and none is taken away when they become fewer") {
  host_slots<int> hosts{1, 100};
  REQUIRE(hosts.try_enter(7));
  for (int work = 1; work <= 3; ++work)
    hosts.park(7, work);
  CHECK(hosts.ready() == 0);
  hosts.set_limit(3);
  CHECK(hosts.ready() == 2);
  CHECK(hosts.take_ready()->second == 1);
  CHECK(hosts.take_ready()->second == 2);
  hosts.set_limit(1);
  hosts.leave(7);
  hosts.leave(7);
  CHECK(hosts.ready() == 0);  // one is still in use, and one is all there may be
  hosts.leave(7);
  CHECK(hosts.take_ready()->second == 3);
  hosts.leave(7);
  CHECK(hosts.hosts() == 0);
}

TEST_CASE("a host with a number of slots of its own is told from the others") {
  host_slots<int> hosts{2, 100};
  hosts.set_limit(5, 1);
  CHECK(hosts.try_enter(5));
  CHECK_FALSE(hosts.try_enter(5));
  CHECK(hosts.full(5));
  CHECK(hosts.try_enter(6));
  CHECK(hosts.try_enter(6));
  CHECK_FALSE(hosts.try_enter(6));
  hosts.park(5, 1);
  hosts.set_limit(5, 2);
  CHECK(hosts.take_ready()->first == 5);
}
