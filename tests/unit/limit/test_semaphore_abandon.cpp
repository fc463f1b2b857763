// Destroys everything after every possible step, in every order. Meant for AddressSanitizer, which
// also reports what is never freed.
#include "muster/semaphore.hpp"
#include "support/catch.hpp"

#include <memory>
#include <optional>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

using muster::semaphore;

namespace {

/// Counts the coroutine frames that are alive.
class frame_guard {
 public:
  explicit frame_guard(int& alive) : alive_{&alive} { ++*alive_; }
  frame_guard(const frame_guard&) = delete;
  frame_guard& operator=(const frame_guard&) = delete;
  ~frame_guard() { --*alive_; }

 private:
  int* alive_;
};

asio::awaitable<void> worker(semaphore& slots, int& alive) {
  const frame_guard guard{alive};
  for (int round = 0; round < 3; ++round) {
    const semaphore::permit held = co_await slots.async_acquire(asio::use_awaitable);
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
  }
}

/// Waits for a permit of a semaphore that lives in its own frame, which no one will ever give.
asio::awaitable<void> waits_for_itself(int& alive) {
  const frame_guard guard{alive};
  const auto executor = co_await asio::this_coro::executor;
  semaphore own{executor, 1};
  const semaphore::permit first = co_await own.async_acquire(asio::use_awaitable);
  const semaphore::permit second = co_await own.async_acquire(asio::use_awaitable);
}

/// Runs `steps` handlers. False when there were not as many.
bool run_steps(asio::io_context& loop, int steps) {
  for (int step = 0; step < steps; ++step) {
    if (loop.poll_one() == 0) return false;
  }
  return true;
}

enum class order { loop_first, semaphore_first };

/// True while there are more steps.
bool workers_abandoned_after(int steps, order destruction) {
  int alive = 0;
  auto loop = std::make_optional<asio::io_context>();
  auto slots = std::make_optional<semaphore>(loop->get_executor(), 2);
  for (int i = 0; i < 5; ++i)
    asio::co_spawn(*loop, worker(*slots, alive), asio::detached);
  const bool more = run_steps(*loop, steps);
  if (destruction == order::semaphore_first) slots.reset();
  loop.reset();
  CHECK(alive == 0);
  if (slots) {
    CHECK(slots->in_use() == 0);
    CHECK(slots->waiting() == 0);
  }
  return more;
}

/// The same, with one of the workers cancelled after `cancel_at` steps.
bool cancelled_and_abandoned_after(int cancel_at, int steps) {
  int alive = 0;
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 1};
  asio::cancellation_signal cancel;
  asio::co_spawn(loop, worker(slots, alive), asio::detached);
  asio::co_spawn(loop, worker(slots, alive),
                 asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  asio::co_spawn(loop, worker(slots, alive), asio::detached);
  if (!run_steps(loop, cancel_at)) return false;
  cancel.emit(asio::cancellation_type::terminal);
  if (run_steps(loop, steps)) return true;
  CHECK(alive == 0);
  CHECK(slots.in_use() == 0);
  CHECK(slots.waiting() == 0);
  return false;
}

}  // namespace

TEST_CASE("coroutines that use a semaphore may be abandoned after every step") {
  const order destruction = GENERATE(order::loop_first, order::semaphore_first);
  int steps = 0;
  while (workers_abandoned_after(steps, destruction))
    ++steps;
  CHECK(steps > 15);
}

TEST_CASE("a waiter may be cancelled at every step, and the loop abandoned at every step after") {
  int cancel_at = 0;
  for (;; ++cancel_at) {
    int steps = 0;
    while (cancelled_and_abandoned_after(cancel_at, steps))
      ++steps;
    if (steps == 0) break;
  }
  CHECK(cancel_at > 10);
}

TEST_CASE("a coroutine that waits for a semaphore of its own is destroyed with the loop") {
  for (int steps = 0; steps < 4; ++steps) {
    int alive = 0;
    auto loop = std::make_unique<asio::io_context>();
    asio::co_spawn(*loop, waits_for_itself(alive), asio::detached);
    run_steps(*loop, steps);
    loop.reset();
    CHECK(alive == 0);
  }
}

TEST_CASE("a permit on its way when the loop is destroyed comes back") {
  auto loop = std::make_unique<asio::io_context>();
  semaphore slots{loop->get_executor(), 1};
  slots.async_acquire([](std::error_code, const semaphore::permit&) {});
  slots.async_acquire([](std::error_code, const semaphore::permit&) {});
  CHECK(slots.in_use() == 1);
  CHECK(slots.waiting() == 1);
  loop.reset();
  CHECK(slots.in_use() == 0);
  CHECK(slots.waiting() == 0);
}

TEST_CASE("handlers destroyed with the loop may own semaphores and permits of others") {
  auto loop = std::make_unique<asio::io_context>();
  auto outer = std::make_unique<semaphore>(loop->get_executor(), 1);
  auto inner = std::make_shared<semaphore>(loop->get_executor(), 1);
  semaphore& outer_slots = *outer;
  semaphore& inner_slots = *inner;
  auto outer_permit = std::make_shared<semaphore::permit>(*outer_slots.try_acquire());
  auto inner_permit = std::make_shared<semaphore::permit>(*inner_slots.try_acquire());
  // Each waiter holds what the other waits for; the second one owns both semaphores.
  outer_slots.async_acquire(
      [inner_permit = std::move(inner_permit)](std::error_code, const semaphore::permit&) {});
  inner_slots.async_acquire(
      [outer_permit = std::move(outer_permit), outer = std::move(outer), inner = std::move(inner)](
          std::error_code, const semaphore::permit&) {});
  loop.reset();
  SUCCEED("nothing leaked and nothing was used after its end");
}
