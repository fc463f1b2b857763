// Cancels runs, and destroys their loops, at every step. Meant for AddressSanitizer.
#include "for_each_support.hpp"
#include "muster/for_each.hpp"
#include "muster/semaphore.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <system_error>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

using muster::limits;
using muster::semaphore;
using namespace muster::for_each_test;

namespace {

/// Does not let itself be cancelled: only the gate ends it.
asio::awaitable<void> stubborn(world& seen, semaphore& gate) {
  const in_flight_guard guard{seen};
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const semaphore::permit passed = co_await gate.async_acquire(asio::use_awaitable);
}

}  // namespace

TEST_CASE("a cancelled run waits for items that take their time, however often it is cancelled") {
  gated_loop g;
  run(
      g.loop, g.seen, forever(g.seen), limits{.max_in_flight = 2},
      [&g](int) { return stubborn(g.seen, g.gate); }, g.cancel.slot());
  g.settle();
  for (int i = 0; i < 3; ++i) {
    g.cancel.emit(asio::cancellation_type::terminal);
    g.settle();
    CHECK_FALSE(g.seen.summary);
    CHECK(g.seen.in_flight == 2);
  }
  g.let_pass(2);
  REQUIRE(g.seen.summary);
  CHECK(g.seen.summary->cancelled);
  CHECK(g.seen.summary->completed == 2);
}

TEST_CASE("cancelling while the last items end cancels those") {
  gated_loop g;
  run(g.loop, g.seen, count_to(g.seen, 3), limits{.max_in_flight = 5}, g.item(), g.cancel.slot());
  g.settle();
  g.let_pass(1);
  g.cancel.emit(asio::cancellation_type::terminal);
  g.settle();
  REQUIRE(g.seen.summary);
  CHECK(g.seen.summary->cancelled);
  CHECK(g.seen.summary->completed == 1);
  CHECK(g.seen.summary->failed == 2);
  CHECK(g.seen.errors == 2);
}

namespace {

asio::awaitable<void> run_then_wait(world& seen, semaphore& gate) {
  const auto next = forever(seen);
  const auto item = [&seen, &gate](int number) { return pass_gate(seen, gate, number); };
  seen.summary = co_await muster::for_each(next, limits{.max_in_flight = 2}, item);
  const semaphore::permit passed = co_await gate.async_acquire(asio::use_awaitable);
}

}  // namespace

TEST_CASE("after a cancelled run its caller is still cancelled") {
  gated_loop g;
  std::exception_ptr failure;
  asio::co_spawn(
      g.loop, run_then_wait(g.seen, g.gate),
      asio::bind_cancellation_slot(g.cancel.slot(), [&](std::exception_ptr e) { failure = e; }));
  g.settle();
  g.cancel.emit(asio::cancellation_type::terminal);
  g.settle();
  CHECK(g.seen.summary);
  REQUIRE(failure);
  CHECK_THROWS_AS(std::rethrow_exception(failure), std::system_error);
}

TEST_CASE("a run may be cancelled at every step, and accounts for all that it started") {
  const std::size_t cap = GENERATE(1u, 3u, 50u);
  const bool awaited_next = GENERATE(false, true);
  int steps = 0;
  for (bool more = true; more; ++steps) {
    asio::io_context loop;
    world seen;
    asio::cancellation_signal cancel;
    const auto item = [&seen](int number) { return take_steps(seen, number); };
    if (awaited_next) {
      run(
          loop, seen, [&seen] { return next_later(seen, 12); }, limits{.max_in_flight = cap}, item,
          cancel.slot());
    } else {
      run(loop, seen, count_to(seen, 12), limits{.max_in_flight = cap}, item, cancel.slot());
    }
    for (int step = 0; step < steps && more; ++step)
      more = loop.poll_one() != 0;
    cancel.emit(asio::cancellation_type::terminal);
    loop.run();
    if (seen.failure) {
      // Cancelled before its first step: it never began.
      CHECK(steps == 0);
      CHECK(seen.asked == 0);
      continue;
    }
    REQUIRE(seen.summary);
    CHECK(seen.in_flight == 0);
    CHECK(seen.summary->completed == seen.ended.size());
    CHECK(seen.summary->completed + seen.summary->failed == seen.summary->started);
    CHECK(seen.summary->failed == static_cast<std::size_t>(seen.errors));
    CHECK((seen.summary->cancelled || seen.started == numbers(12)));
  }
  CHECK(steps > 20);
}

namespace {

/// Cancels a run after `cancel_at` steps (never, if negative) and destroys its loop `steps` later.
/// True if there were as many steps.
bool abandoned_after(int cancel_at, int steps) {
  world seen;
  asio::cancellation_signal cancel;
  auto loop = std::make_unique<asio::io_context>();
  run(
      *loop, seen, [&seen] { return next_later(seen, 12); }, limits{.max_in_flight = 3},
      [&seen](int item) { return take_steps(seen, item); }, cancel.slot());
  bool more = true;
  for (int step = 0; step < cancel_at && more; ++step)
    more = loop->poll_one() != 0;
  if (!more) return false;
  if (cancel_at >= 0) cancel.emit(asio::cancellation_type::terminal);
  for (int step = 0; step < steps && more; ++step)
    more = loop->poll_one() != 0;
  loop.reset();
  CHECK(seen.in_flight == 0);
  if (!more) CHECK((seen.summary || seen.failure));
  return more;
}

}  // namespace

TEST_CASE("a run may be abandoned after every step") {
  int steps = 0;
  while (abandoned_after(-1, steps))
    ++steps;
  CHECK(steps > 25);
}

TEST_CASE("a run may be cancelled at every step, and abandoned at every step after") {
  int cancel_at = 0;
  for (;; ++cancel_at) {
    int steps = 0;
    while (abandoned_after(cancel_at, steps))
      ++steps;
    if (steps == 0) break;
  }
  CHECK(cancel_at > 25);
}

TEST_CASE("a run whose items wait for a gate may be abandoned after every step") {
  int steps = 0;
  for (bool more = true; more && steps < 200; ++steps) {
    world seen;
    auto loop = std::make_unique<asio::io_context>();
    auto gate = std::make_unique<semaphore>(loop->get_executor(), 2);
    run(*loop, seen, count_to(seen, 12), limits{.max_in_flight = 4, .rate = 1e9},
        [&](int item) { return pass_gate(seen, *gate, item); });
    for (int step = 0; step < steps && more; ++step)
      more = loop->poll_one() != 0;
    if (steps % 2 == 0) gate.reset();
    loop.reset();
    CHECK(seen.in_flight == 0);
  }
  CHECK(steps > 20);
}

TEST_CASE("a run that waits for the rate can be cancelled or abandoned") {
  const bool cancelled = GENERATE(true, false);
  world seen;
  asio::cancellation_signal cancel;
  auto loop = std::make_unique<asio::io_context>();
  run(
      *loop, seen, forever(seen), limits{.rate = 1e-6},
      [&seen](int item) { return take_steps(seen, item); }, cancel.slot());
  loop->poll();
  CHECK(seen.started == numbers(1));
  CHECK(seen.asked == 2);
  if (cancelled) {
    cancel.emit(asio::cancellation_type::terminal);
    loop->run();
    REQUIRE(seen.summary);
    CHECK(seen.summary->started == 1);
    CHECK(seen.summary->completed == 1);
  }
  loop.reset();
}

namespace {

/// The first item shuts its ears to cancellation; the others are as they were started.
asio::awaitable<void> deaf_first(world& seen, semaphore& gate, int item) {
  const in_flight_guard guard{seen};
  seen.started.push_back(item);
  if (item == 0) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return;
  }
  const semaphore::permit passed = co_await gate.async_acquire(asio::use_awaitable);
}

}  // namespace

TEST_CASE("what an item sets about its cancellation does not hold for the next one") {
  gated_loop g;
  run(
      g.loop, g.seen, count_to(g.seen, 2), limits{.max_in_flight = 1},
      [&g](int item) { return deaf_first(g.seen, g.gate, item); }, g.cancel.slot());
  g.settle();
  CHECK(g.seen.started == numbers(2));
  g.cancel.emit(asio::cancellation_type::terminal);
  g.settle();
  REQUIRE(g.seen.summary);
  CHECK(g.seen.summary->cancelled);
  CHECK(g.seen.summary->completed == 1);
  CHECK(g.seen.summary->failed == 1);
  CHECK(g.seen.errors == 1);
}
