#pragma once

#include "net/job.hpp"

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <utility>

#include <asio/io_context.hpp>

namespace muster {

/// Rings once at a time that is set. Made by a `timeline`.
class alarm {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~alarm() = default;
  /// Rings at `when` or soon after, from the io_context and never from inside this call. A time
  /// that was set before no longer counts.
  virtual void set(time_point when) = 0;
  /// Rings no more until it is set again.
  virtual void clear() = 0;
};

/// Where a run has its time from: the system's clocks, or a clock that a test moves.
class timeline {
 public:
  using time_point = alarm::time_point;
  using wall_time = std::chrono::system_clock::time_point;

  virtual ~timeline() = default;
  /// Monotonic: what timeouts and RTTs are measured in.
  virtual time_point now() const = 0;
  /// What calendars show; may jump.
  virtual wall_time wall() const = 0;
  /// An alarm that calls `ring`, which may set or clear it again. The timeline outlives it.
  virtual std::unique_ptr<alarm> make_alarm(std::function<void()> ring) = 0;
};

/// The system's clocks. The io_context outlives the timeline.
class system_timeline final : public timeline {
 public:
  explicit system_timeline(asio::io_context& context) : context_{context} {}

  time_point now() const override { return std::chrono::steady_clock::now(); }
  wall_time wall() const override { return std::chrono::system_clock::now(); }
  std::unique_ptr<alarm> make_alarm(std::function<void()> ring) override;

 private:
  asio::io_context& context_;
};

/// The waits of one job for points in time, one after the other: `co_await wait.until(when)`.
class timed_wait {
 public:
  explicit timed_wait(timeline& time) : alarm_{time.make_alarm([this] { ring(); })} {}

  struct awaiter {
    timed_wait& owner;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) { owner.waiting_ = coroutine; }
    void await_resume() const noexcept {}
  };
  awaiter until(alarm::time_point when) {
    alarm_->set(when);
    return {*this};
  }
  /// Ends the wait under way soon.
  void wake() {
    if (waiting_) alarm_->set({});
  }

 private:
  void ring() {
    if (waiting_) std::exchange(waiting_, nullptr).resume();
  }

  std::coroutine_handle<> waiting_;
  std::unique_ptr<alarm> alarm_;
};

}  // namespace muster
