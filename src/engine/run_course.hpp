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

/// The course that every run takes: a pump starts works, which are in flight until they end, and
/// sleeps while there is none to start. The run is over when the pump has ended, be it at the end
/// of its works or because the run was stopped, and nothing is in flight any more.
class run_course {
 public:
  /// `stop` ends the run early: when its deadline has come, and when whoever awaits it gives up.
  run_course(asio::io_context& context, timeline& time, std::function<void(reason)> stop);

  /// So many lines without a target are read before the loop goes on with what is in flight.
  static constexpr std::size_t lines_at_once_max = 512;

  // For the pump.

  /// `co_await course.sleep()`: until it is woken, or after `go_on_soon` until others have had
  /// their turn.
  auto sleep() {
    using time_point = asio::steady_timer::time_point;
    const bool soon = std::exchange(goes_on_soon_, false);
    idle_.expires_at(soon ? time_point::min() : time_point::max());
    return idle_.async_wait(resume);
  }
  /// There is more to start, but enough was done at a time.
  void go_on_soon() { goes_on_soon_ = true; }
  void wake() { idle_.cancel(); }
  void end_pump();
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

  // For the run.

  void hold(bool held) {
    if (std::exchange(held_, held) && !held) wake();
  }
  /// The pump is to start nothing more, for this reason. False when it was told so before; the
  /// first reason counts.
  bool stop_pump(reason why);
  bool stopping() const { return stop_reason_ != reason::none; }
  /// None when the run is not stopped.
  reason stop_reason() const { return stop_reason_; }
  /// Takes the run from its beginning to its end; its pump is set going by `start`. A cancellation
  /// stops the run, and what is in flight is still waited for; the caller remains cancelled.
  asio::awaitable<void> take(std::optional<std::chrono::nanoseconds> deadline,
                             std::function<void()> start);
  /// So far, or in all when it is over.
  std::chrono::nanoseconds elapsed() const { return ended_.value_or(time_.now()) - began_; }

 private:
  bool is_over() const { return pump_ended_ && in_flight_ == 0; }

  timeline& time_;
  std::function<void(reason)> stop_;
  std::uint64_t in_flight_ = 0;
  std::uint64_t in_flight_peak_ = 0;
  reason stop_reason_ = reason::none;
  bool pump_ended_ = false;
  bool held_ = false;
  bool goes_on_soon_ = false;
  timeline::time_point began_{};
  std::optional<timeline::time_point> ended_;
  std::unique_ptr<alarm> deadline_;
  asio::steady_timer idle_;  // expires at once or never: cancelled to wake the pump
  asio::steady_timer over_;  // never expires: cancelled at the end
};

}  // namespace muster
