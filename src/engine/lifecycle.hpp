#pragma once

#include "muster/status.hpp"
#include "net/resume.hpp"
#include "net/timeline.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// The life of whatever starts works: it begins, may be held, is stopped or runs out of works, and
/// is over when what it has started has ended. Then it may begin anew.
class lifecycle {
 public:
  /// `stop` ends it early: when its deadline has come, and when whoever awaits it gives up.
  lifecycle(asio::io_context& context, timeline& time, std::function<void(reason)> stop);

  // For the job that starts works.

  /// `co_await life.sleep()`: until it is woken, or after `go_on_soon` until others have had their
  /// turn.
  auto sleep() {
    using time_point = asio::steady_timer::time_point;
    const bool soon = std::exchange(goes_on_soon_, false);
    idle_.expires_at(soon ? time_point::min() : time_point::max());
    return idle_.async_wait(resume);
  }
  /// There is more to start, but enough was done at a time.
  void go_on_soon() { goes_on_soon_ = true; }
  void wake() { idle_.cancel(); }
  /// Nothing more is started.
  void end_starting();
  /// While this is so, nothing is to be started.
  bool held() const { return held_; }

  // For works.

  void enter() { in_flight_peak_ = std::max(in_flight_peak_, ++in_flight_); }
  /// Whoever leaves calls `look_for_end` when all that follows from it is done.
  void leave() { --in_flight_; }
  void look_for_end() {
    if (is_over()) over_.cancel();
  }
  std::uint64_t in_flight() const { return in_flight_; }
  std::uint64_t in_flight_peak() const { return in_flight_peak_; }

  // For who owns it.

  void hold(bool held) {
    if (std::exchange(held_, held) && !held) wake();
  }
  /// Nothing more is to be started, for this reason. False when it was told so before; the first
  /// reason counts.
  bool stop_starting(reason why);
  bool stopping() const { return stop_reason_ != reason::none; }
  /// None when it was not stopped.
  reason stop_reason() const { return stop_reason_; }
  /// From the beginning, where `start` sets going the job that starts works, to the end. A
  /// cancellation stops it, and what is in flight is still waited for; the caller remains
  /// cancelled. Once that has returned, it may be called again: what was stopped goes on.
  asio::awaitable<void> live(std::optional<std::chrono::nanoseconds> deadline,
                             std::function<void()> start);
  /// So far, or in all when it is over.
  std::chrono::nanoseconds elapsed() const { return ended_.value_or(time_.now()) - began_; }

 private:
  bool is_over() const { return starting_ended_ && in_flight_ == 0; }

  timeline& time_;
  std::function<void(reason)> stop_;
  std::uint64_t in_flight_ = 0;
  std::uint64_t in_flight_peak_ = 0;
  reason stop_reason_ = reason::none;
  bool starting_ended_ = false;
  bool held_ = false;
  bool goes_on_soon_ = false;
  timeline::time_point began_{};
  std::optional<timeline::time_point> ended_;
  std::unique_ptr<alarm> deadline_;
  asio::steady_timer idle_;  // expires at once or never: cancelled to wake who sleeps
  asio::steady_timer over_;  // never expires: cancelled at the end
};

}  // namespace muster
