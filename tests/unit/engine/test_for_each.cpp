#include "for_each_support.hpp"
#include "muster/for_each.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

using muster::for_each_summary;
using muster::limits;
using namespace muster::for_each_test;

TEST_CASE("items start in order, as many as may be in flight, and the next when one ends") {
  gated_loop g;
  run(g.loop, g.seen, count_to(g.seen, 6), limits{.max_in_flight = 3}, g.item());
  g.settle();
  CHECK(g.seen.started == numbers(3));
  CHECK(g.seen.in_flight == 3);
  CHECK(g.seen.asked == 3);
  g.let_pass(1);
  CHECK(g.seen.ended == numbers(1));
  CHECK(g.seen.started == numbers(4));
  g.let_pass(2);
  CHECK(g.seen.started == numbers(6));
  CHECK_FALSE(g.seen.summary);
  g.let_pass(3);
  REQUIRE(g.seen.summary);
  CHECK(g.seen.ended == numbers(6));
  CHECK(g.seen.summary->started == 6);
  CHECK(g.seen.summary->completed == 6);
  CHECK(g.seen.summary->failed == 0);
  CHECK(g.seen.summary->in_flight_peak == 3);
  CHECK_FALSE(g.seen.summary->cancelled);
  CHECK(g.loop.stopped());
}

TEST_CASE("the cap is never exceeded, however the items end") {
  const std::size_t cap = GENERATE(1u, 2u, 7u, 1'000u, 100'000u);
  constexpr int count = 5'000;
  asio::io_context loop;
  world seen;
  run(loop, seen, count_to(seen, count), limits{.max_in_flight = cap},
      [&seen](int item) { return take_steps(seen, item); });
  loop.run();
  REQUIRE(seen.summary);
  CHECK(seen.started == numbers(count));
  CHECK(static_cast<std::size_t>(seen.in_flight_peak) <= cap);
  CHECK(seen.summary->in_flight_peak <= cap);
  CHECK(seen.summary->started == count);
  CHECK(seen.summary->failed == count / 10);
  CHECK(seen.summary->completed == count - count / 10);
  CHECK(seen.errors == count / 10);
}

TEST_CASE("no items at all is a run like any other") {
  asio::io_context loop;
  world seen;
  run(loop, seen, count_to(seen, 0), limits{},
      [&seen](int item) { return take_steps(seen, item); });
  loop.run();
  REQUIRE(seen.summary);
  CHECK(seen.summary->started == 0);
  CHECK(seen.summary->in_flight_peak == 0);
}

TEST_CASE("items may come from an awaitable") {
  asio::io_context loop;
  world seen;
  run(
      loop, seen, [&seen] { return next_later(seen, 20); }, limits{.max_in_flight = 4},
      [&seen](int item) { return take_steps(seen, item); });
  loop.run();
  REQUIRE(seen.summary);
  CHECK(seen.started == numbers(20));
  CHECK(seen.summary->completed == 18);
}

TEST_CASE("items may be move-only") {
  asio::io_context loop;
  world seen;
  const auto next = [&seen]() -> std::optional<std::unique_ptr<int>> {
    if (seen.asked == 3) return std::nullopt;
    return std::make_unique<int>(seen.asked++);
  };
  run(loop, seen, next, limits{},
      [&seen](std::unique_ptr<int> item) { return take_steps(seen, *item); });
  loop.run();
  CHECK(seen.ended.size() == 3);
}

TEST_CASE("an item that throws stops nobody else") {
  gated_loop g;
  run(g.loop, g.seen, count_to(g.seen, 20), limits{.max_in_flight = 10}, g.item());
  g.settle();
  g.let_pass(10);
  CHECK(g.seen.errors == 1);
  CHECK(g.seen.started == numbers(20));
  g.let_pass(10);
  REQUIRE(g.seen.summary);
  CHECK(g.seen.summary->completed == 18);
  CHECK(g.seen.summary->failed == 2);
  CHECK(g.seen.errors == 2);
}

TEST_CASE("a function that throws before it returns an awaitable counts as failed") {
  asio::io_context loop;
  world seen;
  run(loop, seen, count_to(seen, 10), limits{.max_in_flight = 2}, [&seen](int item) {
    if (item % 2 == 1) throw std::runtime_error{"odd"};
    return take_steps(seen, item);
  });
  loop.run();
  REQUIRE(seen.summary);
  CHECK(seen.summary->started == 10);
  CHECK(seen.summary->failed == 5);
  CHECK(seen.errors == 5);
  CHECK(seen.started == std::vector<int>{0, 2, 4, 6, 8});
  CHECK(seen.ended.size() == 5);
}

namespace {

asio::awaitable<void> fail_at_once() {
  throw std::runtime_error{"an item fails"};
  co_return;
}

asio::awaitable<for_each_summary> complain_of_each(int count) {
  const auto next = [given = 0, count]() mutable -> std::optional<int> {
    if (given == count) return std::nullopt;
    return given++;
  };
  const auto complain = [](const std::exception_ptr&) { throw std::logic_error{"complaint"}; };
  const auto item = [](int) { return fail_at_once(); };
  const limits cap{.max_in_flight = 2};
  co_return co_await muster::for_each(next, cap, item, complain);
}

}  // namespace

TEST_CASE("an exception from on_error leaves through the loop, and the run goes on") {
  asio::io_context loop;
  std::optional<for_each_summary> summary;
  asio::co_spawn(loop, complain_of_each(5), [&](const std::exception_ptr& error, auto sum) {
    if (!error) summary = sum;
  });
  int complaints = 0;
  for (bool more = true; more;) {
    try {
      loop.run();
      more = false;
    } catch (const std::logic_error&) {
      ++complaints;
    }
  }
  CHECK(complaints == 5);
  REQUIRE(summary);
  CHECK(summary->failed == 5);
}

TEST_CASE("when the source of items throws, those in flight end first") {
  gated_loop g;
  const auto next = [&g]() -> std::optional<int> {
    if (g.seen.asked == 2) throw std::runtime_error{"the source broke"};
    return g.seen.asked++;
  };
  run(g.loop, g.seen, next, limits{.max_in_flight = 5}, g.item());
  g.settle();
  CHECK_FALSE(g.seen.failure);
  g.let_pass(2);
  CHECK(g.seen.ended == numbers(2));
  REQUIRE(g.seen.failure);
  CHECK_THROWS_WITH(std::rethrow_exception(g.seen.failure), "the source broke");
}

TEST_CASE("limits that make no sense are refused") {
  const limits bad = GENERATE(limits{.max_in_flight = 0}, limits{.rate = -1});
  asio::io_context loop;
  world seen;
  run(loop, seen, forever(seen), bad, [&seen](int item) { return take_steps(seen, item); });
  loop.run();
  REQUIRE(seen.failure);
  CHECK_THROWS_AS(std::rethrow_exception(seen.failure), std::invalid_argument);
  CHECK(seen.asked == 0);
}

TEST_CASE("an endless source is asked only when there is room") {
  gated_loop g;
  run(g.loop, g.seen, forever(g.seen), limits{.max_in_flight = 3}, g.item(), g.cancel.slot());
  g.settle();
  for (int passed = 1; passed <= 100; ++passed) {
    g.let_pass(1);
    CHECK(g.seen.asked == 3 + passed);
    CHECK(g.seen.in_flight == 3);
  }
  g.cancel.emit(asio::cancellation_type::terminal);
  g.settle();
  REQUIRE(g.seen.summary);
  CHECK(g.seen.summary->cancelled);
  CHECK(g.seen.summary->started == 103);
  CHECK(g.seen.in_flight == 0);
}

TEST_CASE("an endless source of items that end at once does not starve the loop") {
  asio::io_context loop;
  world seen;
  asio::cancellation_signal cancel;
  run(
      loop, seen, forever(seen), limits{.max_in_flight = 100'000},
      [&seen](int item) { return take_steps(seen, 3 * item); }, cancel.slot());
  bool reached = false;
  asio::post(loop, [&] { reached = true; });
  for (int step = 0; step < 50; ++step)
    loop.poll_one();
  CHECK(reached);
  cancel.emit(asio::cancellation_type::terminal);
  loop.run();
  REQUIRE(seen.summary);
  CHECK(seen.summary->cancelled);
}

TEST_CASE("the rate is kept") {
  using clock = std::chrono::steady_clock;
  asio::io_context loop;
  world seen;
  const auto begin = clock::now();
  run(loop, seen, count_to(seen, 101), limits{.rate = 10'000},
      [&seen](int item) { return take_steps(seen, item); });
  loop.run();
  REQUIRE(seen.summary);
  CHECK(seen.summary->started == 101);
  CHECK(clock::now() - begin >= std::chrono::milliseconds{10});
}
