#include "io/resolver_world.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using action = dns_script::action;

TEST_CASE("ten thousand names resolve at once, and no packet is lost") {
  world w;
  w.server.otherwise({.addresses = {v4_a, v6_a}});
  auto options = w.options();
  options.query_timeout = 60s;  // an answer that was lost would be waited for until this test fails
  resolver names{w.context, options};
  constexpr std::size_t count = 10'000;
  std::vector<asker> askers(count);
  std::size_t told = 0;
  for (std::size_t i = 0; i < count; ++i) {
    askers[i].then = [&] { ++told; };
    askers[i].ask(names, "host" + std::to_string(i) + ".test");
  }
  // The questions about IPv6 may be read after the answers about IPv4.
  w.run_until([&] { return told == count && w.server.questions() == 2 * count; });
  CHECK(names.statistics().queries == count);
  for (const asker& one : askers)
    REQUIRE(one.answer->addresses == addresses{v4_a});
}

TEST_CASE("a silent server is not flooded with every name at once") {
  world w;
  w.server.otherwise({.what = action::silence});
  resolver names{w.context, w.options(address_preference::v4_only)};
  std::vector<asker> askers(5'000);
  for (std::size_t i = 0; i < askers.size(); ++i)
    askers[i].ask(names, "host" + std::to_string(i) + ".test");
  // It is asked no more than it can have room for until it must have read that, and then goes on to
  // be asked although it says nothing.
  constexpr std::size_t burst = 100;
  w.run_until([&] { return w.server.questions() == burst; });
  CHECK(names.statistics().queries <= 2 * burst);
  w.run_until([&] { return w.server.questions() > burst; });
  CHECK(names.statistics().queries <= 2 * burst);
}

TEST_CASE("names that nobody answers hold up none of the others") {
  world w;
  w.server.otherwise({.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  constexpr std::size_t pairs = 500;
  std::vector<asker> silent(pairs), answered(pairs);
  std::size_t told = 0, given_up = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::string number = std::to_string(i);
    w.server.on("silent" + number + ".test", {.what = action::silence});
    silent[i].then = [&] { ++given_up; };
    silent[i].ask(names, "silent" + number + ".test");
    answered[i].then = [&] { ++told; };
    answered[i].ask(names, "host" + number + ".test");
  }
  w.run_until([&] { return told == pairs; });
  CHECK(given_up == 0);
}

TEST_CASE("a name stands in line until its question leaves, and is told so") {
  world w;
  w.server.otherwise({.what = action::silence});
  resolver names{w.context, w.options(address_preference::v4_only)};
  std::vector<asker> askers(300);
  for (std::size_t i = 0; i < askers.size(); ++i) {
    askers[i].ask(names, "host" + std::to_string(i) + ".test");
    CHECK(askers[i].in_line());
  }
  w.run_until([&] { return w.server.questions() == 100; });
  const auto in_line = [](const asker& one) { return one.in_line(); };
  CHECK(std::ranges::count_if(askers, in_line) == 200);
  CHECK_FALSE(askers.front().in_line());
  CHECK(askers.back().in_line());
}

TEST_CASE("lookups that were given up hold up no other") {
  world w;
  w.server.otherwise({.addresses = {v4_a}});
  auto options = w.options(address_preference::v4_only);
  options.query_timeout = 60s;
  resolver names{w.context, options};
  constexpr std::size_t places = 1024;
  std::vector<asker> silent(places);
  for (std::size_t i = 0; i < places; ++i) {
    const std::string name = "silent" + std::to_string(i) + ".test";
    w.server.on(name, {.what = action::silence});
    silent[i].ask(names, name);
  }
  w.run_until([&] { return names.statistics().queries == places; });
  asker last;
  bool told = false;
  last.then = [&] { told = true; };
  last.ask(names, "host.test");
  CHECK(last.in_line());
  for (asker& one : silent)
    one.cancel();
  names.interest_lost();
  w.run_until([&] { return told; });
  CHECK(last.answer->addresses == addresses{v4_a});
}
