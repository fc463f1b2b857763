#include "io/resolver_world.hpp"

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
  w.run_until([&] { return told == count; });
  CHECK(w.server.questions() == 2 * count);
  CHECK(names.statistics().queries == count);
  for (const asker& one : askers)
    REQUIRE(one.answer->addresses == addresses{v4_a, v6_a});
}

TEST_CASE("a silent server is not flooded with every name at once") {
  world w;
  w.server.otherwise({.what = action::silence});
  auto options = w.options(address_preference::v4_only);
  options.query_timeout = 800ms;
  resolver names{w.context, options};
  std::vector<asker> askers(5'000);
  bool one_told = false;
  for (std::size_t i = 0; i < askers.size(); ++i) {
    askers[i].then = [&] { one_told = true; };
    askers[i].ask(names, "host" + std::to_string(i) + ".test");
  }
  w.run_until([&] { return one_told; });
  CHECK(w.server.questions() <= 1'024);
  CHECK(w.server.questions() > 100);
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
