#pragma once

#include "muster/semaphore.hpp"

#include <cstddef>
#include <deque>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>

namespace muster::semaphore_test {

/// What became of one async_acquire.
struct outcome {
  int who;
  std::error_code error;
  semaphore::permit permit;
};

/// A semaphore, its loop, and everything its handlers were called with.
struct fixture {
  explicit fixture(std::size_t permits_max) : slots{loop.get_executor(), permits_max} {}

  auto handler(int who) {
    return [this, who](std::error_code error, semaphore::permit permit) {
      outcomes.push_back(outcome{who, error, std::move(permit)});
    };
  }
  void acquire(int who) { slots.async_acquire(handler(who)); }
  void acquire(int who, asio::cancellation_signal& cancel) {
    slots.async_acquire(asio::bind_cancellation_slot(cancel.slot(), handler(who)));
  }
  /// Runs all that is ready, and says who was called, in order.
  std::vector<int> run() {
    loop.restart();
    loop.poll();
    std::vector<int> called;
    for (; seen < outcomes.size(); ++seen)
      called.push_back(outcomes[seen].who);
    return called;
  }

  asio::io_context loop;
  semaphore slots;
  std::deque<outcome> outcomes;
  std::size_t seen = 0;
};

}  // namespace muster::semaphore_test
