#pragma once

// Items for the tests of for_each, which wait at gates: semaphores whose permits the test hands out
// one by one. No timers; the loop is polled by hand.
#include "muster/for_each.hpp"
#include "muster/semaphore.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace muster::for_each_test {

/// The whole world of a run, which outlives its loop, so that everything can be seen afterwards.
struct world {
  std::vector<int> started;
  std::vector<int> ended;
  int in_flight = 0;
  int in_flight_peak = 0;
  int asked = 0;  ///< How often `next` was called.
  int errors = 0;
  std::optional<for_each_summary> summary;
  std::exception_ptr failure;
};

/// Is in flight from its construction to its destruction.
class in_flight_guard {
 public:
  explicit in_flight_guard(world& counted) : world_{&counted} {
    ++world_->in_flight;
    world_->in_flight_peak = std::max(world_->in_flight_peak, world_->in_flight);
  }
  in_flight_guard(const in_flight_guard&) = delete;
  in_flight_guard& operator=(const in_flight_guard&) = delete;
  ~in_flight_guard() { --world_->in_flight; }

 private:
  world* world_;
};

inline asio::awaitable<void> pass_gate(world& seen, semaphore& gate, int item) {
  const in_flight_guard guard{seen};
  seen.started.push_back(item);
  const semaphore::permit passed = co_await gate.async_acquire(asio::use_awaitable);
  if (item % 10 == 7) throw std::runtime_error{"items that end in 7 fail"};
  seen.ended.push_back(item);
}

inline asio::awaitable<void> take_steps(world& seen, int item) {
  const in_flight_guard guard{seen};
  seen.started.push_back(item);
  const auto executor = co_await asio::this_coro::executor;
  for (int step = 0; step < item % 3; ++step)
    co_await asio::post(executor, asio::use_awaitable);
  if (item % 10 == 7) throw std::runtime_error{"items that end in 7 fail"};
  seen.ended.push_back(item);
}

inline asio::awaitable<std::optional<int>> next_later(world& seen, int count) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  if (seen.asked == count) co_return std::nullopt;
  co_return seen.asked++;
}

inline auto count_to(world& seen, int count) {
  return [&seen, count]() -> std::optional<int> {
    if (seen.asked == count) return std::nullopt;
    return seen.asked++;
  };
}

inline auto forever(world& seen) {
  return [&seen]() -> std::optional<int> { return seen.asked++; };
}

/// Starts a for_each; its end goes to `seen`.
template <class Next, class Item>
void run(asio::io_context& loop, world& seen, Next next, limits cap, Item item,
         asio::cancellation_slot cancel = {}) {
  const auto on_error = [&seen](const std::exception_ptr&) { ++seen.errors; };
  asio::co_spawn(
      loop, muster::for_each(std::move(next), cap, std::move(item), on_error),
      asio::bind_cancellation_slot(cancel, [&seen](std::exception_ptr error, for_each_summary sum) {
        if (error) {
          seen.failure = error;
        } else {
          seen.summary = sum;
        }
      }));
}

/// A semaphore at which every item waits. Each call lets one more pass.
struct gated_loop {
  asio::io_context loop;
  semaphore gate{loop.get_executor(), 0};
  world seen;
  asio::cancellation_signal cancel;

  auto item() {
    return [this](int number) { return pass_gate(seen, gate, number); };
  }
  void settle() {
    loop.restart();
    loop.poll();
  }
  /// Lets exactly `count` waiting items pass.
  void let_pass(std::size_t count) {
    gate.set_limit(count);
    gate.set_limit(0);
    settle();
  }
};

inline std::vector<int> numbers(int count) {
  std::vector<int> all;
  for (int number = 0; number < count; ++number)
    all.push_back(number);
  return all;
}

}  // namespace muster::for_each_test
