#pragma once

#include "net/probe_deadline.hpp"
#include "net/shortage.hpp"

#include <coroutine>

namespace muster {

/// A step of a probe that may have to wait for something this machine is short of. It does so with
/// the probe's clock stopped, for that is not the target's fault.
class shortage_step : public cancellable, private shortage::waiter {
 public:
  shortage_step(const shortage_step&) = delete;
  shortage_step& operator=(const shortage_step&) = delete;

 protected:
  shortage_step(shortage& scarce, probe_deadline& whole, bool waited = false)
      : scarce_{scarce}, whole_{whole}, step_{whole, *this}, waited_{waited} {}
  ~shortage_step() = default;

  /// Goes to the end of the line. False when it is no use to wait any longer.
  bool stand_in_line(scarce_resource missing);
  bool in_line() const { return linked(); }
  void leave_line() { unlink(); }
  probe_deadline& whole() { return whole_; }
  shortage& scarce() { return scarce_; }

 private:
  /// Its turn has come, and the clock runs again.
  virtual void proceed() = 0;
  void try_again() final;

  shortage& scarce_;
  probe_deadline& whole_;
  probe_deadline::step step_;
  bool waited_;  // so it has been counted
};

/// `co_await shortage_pause{…}`: the wait before a call is tried again that failed for want of
/// something.
class shortage_pause final : public shortage_step {
 public:
  /// `again`: the call has been waited with before.
  shortage_pause(shortage& scarce, probe_deadline& whole, scarce_resource missing, bool again)
      : shortage_step{scarce, whole, again}, missing_{missing} {}

  bool await_ready() const noexcept { return false; }
  /// Goes on at once when it is no use to wait.
  bool await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    return stand_in_line(missing_);
  }
  void await_resume() const noexcept {}
  void cancel() override;

 private:
  void proceed() override { coroutine_.resume(); }

  scarce_resource missing_;
  std::coroutine_handle<> coroutine_;
};

}  // namespace muster
