// Who may be destroyed when, and who is called then.
#include "io/resolver_world.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using action = dns_script::action;

namespace {

/// What an Asio user is told.
struct told_answer {
  void operator()(std::error_code error_, lookup_answer answer_) {
    ++calls;
    error = error_;
    answer = std::move(answer_);
  }

  int calls = 0;
  std::error_code error;
  lookup_answer answer;
};

}  // namespace

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
      const auto count = [&](std::error_code, const lookup_answer&) { ++told; };
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
      names.reset();
      for (const auto& one : waiting)
        CHECK_FALSE(one.waiting());
      if (run_on) {
        for (int i = 0; i < 10; ++i)
          w.context.poll_one();
        CHECK(told == 1);
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
    names.async_resolve("www.test", [&](std::error_code error, lookup_answer found) {
      CHECK_FALSE(error);
      answer = std::move(found);
    });
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
  told_answer wait;
  names.async_resolve("www.test", asio::bind_cancellation_slot(signal.slot(), std::ref(wait)));
  w.run_until([&] { return w.server.questions() == 1; });
  signal.emit(asio::cancellation_type::none);
  CHECK(w.context.poll() == 0);
  const auto kind = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                             asio::cancellation_type::total);
  signal.emit(kind);
  signal.emit(kind);
  CHECK(wait.calls == 0);
  w.run_until([&] { return wait.calls == 1; });
  CHECK(wait.error == asio::error::operation_aborted);
  CHECK(wait.answer.failure == reason::interrupted);
  signal.emit(kind);
  w.context.poll();
  CHECK(wait.calls == 1);
}

TEST_CASE("the end of the resolver is an error to an Asio user, and never called from inside it") {
  world w;
  w.server.otherwise({.what = action::silence});
  auto names = std::make_unique<resolver>(w.context, w.options());
  told_answer early;
  told_answer late;
  names->async_resolve("early.test", std::ref(early));
  w.run_until([&] { return w.server.questions() == 2; });
  names->async_resolve("late.test", std::ref(late));
  const bool destroyed = GENERATE(true, false);
  if (destroyed) {
    names.reset();
  } else {
    names->cancel();
  }
  CHECK(early.calls + late.calls == 0);
  w.context.poll();
  for (const told_answer* one : {&early, &late}) {
    CHECK(one->calls == 1);
    CHECK(one->error == asio::error::operation_aborted);
    CHECK(one->answer.failure == reason::interrupted);
  }
}

TEST_CASE("a resolver whose lookups were cancelled, by a waiter even, can be used on") {
  world w;
  w.server.on("www.test", {.addresses = {v4_a}});
  w.server.on("silent.test", {.what = action::silence});
  resolver names{w.context, w.options(address_preference::v4_only)};
  asker silent{names, "silent.test"};
  asker first{names, "www.test"}, second{names, "www.test"};
  first.then = [&] { names.cancel(); };
  w.run_until([&] { return first.calls == 1; });
  CHECK(silent.was_abandoned);
  CHECK(second.was_abandoned);
  CHECK(w.answer_of(names, "www.test").addresses == addresses{v4_a});
  CHECK(w.answer_of(names, "missing.test").failure == reason::name_not_found);
}

namespace {

asio::awaitable<void> ask(resolver& names, lookup_answer& answer) {
  answer = co_await names.async_resolve("silent.test", asio::use_awaitable);
}

struct counted {
  explicit counted(int& alive_now) : alive{alive_now} { ++alive; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --alive; }
  int& alive;
};

asio::awaitable<void> ask_own(asio::io_context& context, resolver_options options, int& alive) {
  const counted frame{alive};
  resolver names{context, std::move(options)};
  lookup_answer answer;
  co_await ask(names, answer);
}

}  // namespace

TEST_CASE("a coroutine that waits for a resolver's answer hears of the resolver's end") {
  world w;
  w.server.otherwise({.what = action::silence});
  auto names = std::make_unique<resolver>(w.context, w.options());
  lookup_answer answer;
  std::exception_ptr failure;
  asio::co_spawn(w.context, ask(*names, answer),
                 [&](std::exception_ptr error) { failure = error; });
  w.context.poll();
  names.reset();
  w.context.poll();
  REQUIRE(failure);
  CHECK_THROWS_AS(std::rethrow_exception(failure), std::system_error);
}

TEST_CASE("a loop that ends takes the coroutines with it that wait for resolvers of their own") {
  const int steps = GENERATE(range(0, 6));
  int alive = 0;
  {
    world w;
    w.server.otherwise({.what = action::silence});
    for (int i = 0; i < 3; ++i)
      asio::co_spawn(w.context, ask_own(w.context, w.options(), alive), asio::detached);
    for (int step = 0; step < steps; ++step)
      w.context.poll_one();
    CHECK(alive == std::min(steps, 3));
  }
  CHECK(alive == 0);
}
