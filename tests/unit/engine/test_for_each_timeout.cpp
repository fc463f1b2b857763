// Items of for_each that have so much time and no more.
#include "for_each_support.hpp"
#include "support/catch.hpp"

#include <chrono>

#include <asio/steady_timer.hpp>

using namespace muster;
using namespace muster::for_each_test;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> wait_for_ever(world& seen) {
  const in_flight_guard guard{seen};
  asio::steady_timer never{co_await asio::this_coro::executor};
  never.expires_at(asio::steady_timer::time_point::max());
  co_await never.async_wait(asio::use_awaitable);
}

/// Items 0 to `count - 1`, of which each runs `item`.
template <typename Item>
void run_items(asio::io_context& context, world& seen, int count, limits cap, Item item) {
  auto next = [i = 0, count]() mutable { return i < count ? std::optional{i++} : std::nullopt; };
  asio::co_spawn(context,
                 for_each(std::move(next), cap, std::move(item),
                          [&seen](const std::exception_ptr&) { ++seen.errors; }),
                 [&seen](const std::exception_ptr& failure, const for_each_summary& summary) {
                   seen.failure = failure;
                   seen.summary = summary;
                 });
}

}  // namespace

TEST_CASE("an item whose time is up is cancelled, and the next one has its whole time") {
  world seen;
  asio::io_context context;
  run_items(context, seen, 5, {.max_in_flight = 2, .timeout = 1ms},
            [&seen](int) { return wait_for_ever(seen); });
  context.run();
  REQUIRE(seen.summary);
  CHECK(seen.summary->started == 5);
  CHECK(seen.summary->failed == 5);
  CHECK(seen.summary->timed_out == 5);
  CHECK_FALSE(seen.summary->cancelled);
  CHECK(seen.errors == 5);
  CHECK(seen.in_flight == 0);
  CHECK(seen.in_flight_peak == 2);
}

TEST_CASE("items that end in time are not cancelled, and their clock keeps nobody waiting") {
  world seen;
  asio::io_context context;
  run_items(context, seen, 1000, {.max_in_flight = 10, .timeout = 1h}, [&seen](int item) {
    return [](world& at, int number) -> asio::awaitable<void> {
      const in_flight_guard guard{at};
      if (number % 3 == 0) co_await detail::step_aside();
    }(seen, item);
  });
  context.run();  // returns though the clock was set for an hour
  REQUIRE(seen.summary);
  CHECK(seen.summary->completed == 1000);
  CHECK(seen.summary->timed_out == 0);
}

TEST_CASE(
    "an item that does not heed its end is in flight until it has ended, and cancelled once") {
  world seen;
  asio::io_context context;
  semaphore gate{context.get_executor(), 1};
  auto held = gate.try_acquire();
  run_items(context, seen, 1, {.max_in_flight = 1, .timeout = 1ms}, [&](int) {
    return [](world& at, semaphore& door) -> asio::awaitable<void> {
      const in_flight_guard guard{at};
      co_await asio::this_coro::throw_if_cancelled(false);
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      const semaphore::permit passed = co_await door.async_acquire(asio::use_awaitable);
    }(seen, gate);
  });
  while (seen.in_flight == 0)
    context.run_one();
  context.run_for(20ms);  // its time passes
  CHECK(seen.in_flight == 1);
  CHECK_FALSE(seen.summary);
  held.reset();
  context.restart();
  context.run();
  REQUIRE(seen.summary);
  CHECK(seen.summary->completed == 1);
  CHECK(seen.summary->timed_out == 1);
}

TEST_CASE("a run with a time for each item may be abandoned, or cancelled, while items wait") {
  world seen;
  {
    asio::io_context context;
    run_items(context, seen, 100, {.max_in_flight = 7, .timeout = 1h},
              [&seen](int) { return wait_for_ever(seen); });
    context.poll();
    CHECK(seen.in_flight == 7);
  }
  CHECK(seen.in_flight == 0);
  CHECK_FALSE(seen.summary);
}

TEST_CASE("a negative time makes no sense") {
  world seen;
  asio::io_context context;
  run_items(context, seen, 1, {.timeout = -1ns}, [&seen](int) { return wait_for_ever(seen); });
  context.run();
  CHECK_THROWS_AS(std::rethrow_exception(seen.failure), std::invalid_argument);
}
