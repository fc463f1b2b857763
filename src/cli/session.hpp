#pragma once

#include "cli/delivery.hpp"
#include "cli/memory_reserve.hpp"
#include "cli/stop_signals.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

namespace muster {

/// What each command that runs for a while has around its work: the loop, the signals and the
/// deadline that end it, memory kept for its end, the delivery of its results with the progress
/// line, and a standard error that is waited for no longer than that. One at a time.
class session {
 public:
  /// `deadline` counts from `begin` on. `out_of_memory` is called from the loop.
  session(const std::optional<std::chrono::nanoseconds>& deadline,
          std::function<void()> out_of_memory);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session();

  asio::io_context& context() { return context_; }
  stop_signals& signals() { return signals_; }
  delivery& delivered() { return delivery_; }
  memory_reserve& memory() { return memory_; }
  const stop_signals& signals() const { return signals_; }
  const memory_reserve& memory() const { return memory_; }

  void begin() { began_ = std::chrono::steady_clock::now(); }
  /// Whether the work is to end though the loop may not have heard of it: a reader of the results
  /// that takes nothing holds it up.
  bool should_have_ended() const;
  /// Runs the loop until the work is over. False when memory ran out in such a place that it can't
  /// come to its end; it has then been told, and waited for for long enough.
  bool run(asio::awaitable<void> work);
  /// Throws what the work threw, if it did.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::optional<std::chrono::nanoseconds> deadline_;
  const std::function<void()> out_of_memory_;
  std::optional<std::chrono::steady_clock::time_point> began_;
  bool is_over_ = false;
  std::exception_ptr failure_;
  asio::io_context context_{1};
  memory_reserve memory_;
  stop_signals signals_;
  delivery delivery_;
};

}  // namespace muster
