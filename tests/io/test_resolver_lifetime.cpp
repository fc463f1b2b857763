// Who may be destroyed when, and who is called then.
#include "io/resolver_world.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using action = dns_script::action;

TEST_CASE("a waiter is never called from inside the call that starts the lookup") {
  world w;
  auto options = w.options();
  // Connecting a socket to it fails at once: the lookup ends before c-ares' call returns.
  options.servers = {"255.255.255.255"};
  resolver names{w.context, options};
  asker one{names, "www.test"};
  CHECK(one.calls == 0);
  CHECK(one.waiting());
  w.run_until([&] { return one.calls == 1; });
  CHECK(one.answer->failure == reason::name_server_unreachable);
}

TEST_CASE(
    "thousands of lookups that fail at once do so one after the other, not one in the other") {
  world w;
  auto options = w.options();
  options.servers = {"255.255.255.255"};
  resolver names{w.context, options};
  std::vector<asker> askers(5'000);
  for (std::size_t i = 0; i < askers.size(); ++i)
    askers[i].ask(names, std::to_string(i) + ".test");
  w.run_until([&] { return askers.back().calls == 1; });
  for (const auto& one : askers)
    REQUIRE(one.answer->failure == reason::name_server_unreachable);
}

TEST_CASE("a waiter that is destroyed or cancelled is not called, and the answer is kept") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  auto dying = std::make_unique<asker>(names, "www.test");
  asker cancelled{names, "www.test"};
  w.run_until([&] { return names.statistics().queries == 1; });
  dying.reset();
  cancelled.cancel();
  CHECK_FALSE(cancelled.waiting());
  w.run_until([&] { return asker{names, "www.test"}.at_once; });
  CHECK(cancelled.calls == 0);
  CHECK(w.server.questions() == 1);
}

TEST_CASE("a lookup that nobody waits for any more when its turn comes is not begun") {
  world w;
  resolver names{w.context, w.options()};
  { asker gone{names, "gone.test"}; }
  CHECK(w.answer_of(names, "here.test").failure == reason::name_not_found);
  CHECK(w.server.questions_about("gone.test") == 0);
  CHECK(names.statistics().queries == 1);
}

TEST_CASE("a waiter may start a lookup, and its own again, when it is called") {
  world w;
  w.server.otherwise({.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  asker first{names, "first.test"}, second;
  first.then = [&] {
    second.ask(names, "second.test");
    if (first.calls == 1) first.ask(names, "third.test");
  };
  second.then = [&] { CHECK(first.calls >= 1); };
  w.run_until([&] { return first.calls == 2 && second.calls == 1; });
}

TEST_CASE("a waiter may destroy its siblings, and itself, when it is called") {
  world w;
  w.server.otherwise({.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  auto first = std::make_unique<asker>(names, "www.test");
  auto sibling = std::make_unique<asker>(names, "www.test");
  auto stranger = std::make_unique<asker>(names, "other.test");
  asker last{names, "www.test"};
  first->then = [&] {
    sibling.reset();
    stranger.reset();
    const auto keep_running = std::move(first->then);
    first.reset();
  };
  w.run_until([&] { return last.calls == 1; });
  CHECK_FALSE(first);
}

TEST_CASE("a waiter may destroy the resolver when it is called") {
  world w;
  w.server.otherwise({.addresses = {v4_a}});
  auto names = std::make_unique<resolver>(w.context, w.options(address_preference::v4_only));
  asker first{*names, "www.test"}, second{*names, "www.test"}, other{*names, "other.test"};
  first.then = [&] {
    names.reset();
    CHECK(first.answer->addresses == addresses{v4_a});
  };
  w.run_until([&] { return first.calls == 1; });
  w.context.poll();
  CHECK(second.calls == 0);
  CHECK(second.was_abandoned);
  CHECK(other.was_abandoned);
}

TEST_CASE("when a waiter throws, the others are told all the same") {
  world w;
  w.server.otherwise({.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  asker first{names, "www.test"}, second{names, "www.test"};
  first.then = [] { throw std::runtime_error{"a broken machine"}; };
  CHECK_THROWS_AS(w.run_until([&] { return second.calls == 1; }), std::runtime_error);
  CHECK(second.calls == 0);
  w.run_until([&] { return second.calls == 1; });
}

TEST_CASE("the loop runs out of work when every lookup has ended") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}, .what = action::truncated});
  auto options = w.options();
  resolver names{w.context, options};
  w.answer_of(names, "www.test");
  w.server.close();
  w.context.restart();
  w.context.run_for(20s);
  CHECK(w.context.stopped());
}

TEST_CASE("the resolver can be destroyed after any step of its lookups") {
  for (const bool run_on : {true, false}) {
    for (int steps = 0;; ++steps) {
      world w;
      w.server.on("silent.test", {.what = action::silence});
      w.server.on("long.test", {.addresses = {v4_a}, .what = action::truncated});
      w.server.on("www.test", {.addresses = {v4_a}});
      auto options = w.options();
      options.query_timeout = 5ms;
      asker waiting[4];
      auto names = std::make_unique<resolver>(w.context, options);
      const char* asked[] = {"silent.test", "long.test", "www.test", "missing.test"};
      for (std::size_t i = 0; i < 4; ++i)
        waiting[i].ask(*names, asked[i]);
      int told = 0;
      const auto count = [&](const lookup_answer&) { ++told; };
      names->async_resolve("www.test", count);
      for (int i = 0; i < steps; ++i)
        w.context.run_one_for(1s);
      const auto all_told = [&] {
        for (const auto& one : waiting) {
          if (one.calls == 0) return false;
        }
        return told == 1;
      };
      const bool done = all_told();
      const int told_before = told;
      names.reset();
      for (const auto& one : waiting)
        CHECK_FALSE(one.waiting());
      if (run_on) {
        for (int i = 0; i < 10; ++i)
          w.context.poll_one();
        CHECK(told == told_before);
      }
      if (done) break;
      REQUIRE(steps < 1000);
    }
  }
}

TEST_CASE("an Asio user is told by completion handler, later even when the answer is known") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}});
  resolver names{w.context, w.options(address_preference::v4_only)};
  for (int round = 0; round < 2; ++round) {
    std::optional<lookup_answer> answer;
    names.async_resolve("www.test", [&](lookup_answer found) { answer = std::move(found); });
    CHECK_FALSE(answer);
    w.run_until([&] { return answer.has_value(); });
    CHECK(answer->addresses == addresses{v4_a});
  }
  CHECK(names.statistics().cache_hits == 1);
}

TEST_CASE("an Asio user's cancellation ends the wait, once") {
  world w;
  w.server.otherwise({.what = action::silence});
  resolver names{w.context, w.options(address_preference::v4_only)};
  asio::cancellation_signal signal;
  int calls = 0;
  reason failure = reason::none;
  names.async_resolve("www.test",
                      asio::bind_cancellation_slot(signal.slot(), [&](const lookup_answer& answer) {
                        ++calls;
                        failure = answer.failure;
                      }));
  w.run_until([&] { return w.server.questions() == 1; });
  signal.emit(asio::cancellation_type::terminal);
  signal.emit(asio::cancellation_type::terminal);
  CHECK(calls == 0);
  w.run_until([&] { return calls == 1; });
  CHECK(failure == reason::interrupted);
  signal.emit(asio::cancellation_type::terminal);
  w.context.poll();
  CHECK(calls == 1);
}
