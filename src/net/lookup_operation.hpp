#pragma once

#include "muster/resolver.hpp"
#include "net/probe_deadline.hpp"

#include <chrono>
#include <coroutine>
#include <string_view>
#include <utility>

namespace muster {

/// `co_await lookup_operation{names, name, whole}`: the wait of a job for a name's addresses,
/// with the probe's clock stopped while the question stands in line. Ends early, with
/// `resolve_timeout` as the failure, when it is cancelled.
class lookup_operation final : public cancellable, private lookup_source::waiter {
 public:
  /// `name` is used during this call only.
  lookup_operation(lookup_source& names, std::string_view name, probe_deadline& whole)
      : names_{names}, whole_{whole}, paused_before_{whole.paused()} {
    if (const lookup_answer* known = names.resolve(name, *this)) {
      answer_ = *known;
      answered_ = true;
      was_asked_ = false;
    } else if (in_line()) {
      // Who is not asked yet can't be late.
      is_paused_ = true;
      whole_.pause();
    }
  }

  bool await_ready() const noexcept { return answered_; }
  void await_suspend(std::coroutine_handle<> coroutine) { coroutine_ = coroutine; }
  const lookup_answer& await_resume() const { return answer_; }
  /// Who waited for it may put it in another order.
  lookup_answer& answer() { return answer_; }
  /// Whether it took a question, rather than that it was known already.
  bool was_asked() const { return was_asked_; }
  /// How long the question stood in line.
  std::chrono::nanoseconds in_line_for() const { return in_line_for_; }

  void cancel() override {
    if (!waiting()) return;
    waiter::cancel();
    names_.interest_lost();
    answer_.failure = reason::resolve_timeout;
    finish();
  }

 private:
  void asked() override { go_on(); }
  void resolved(const lookup_answer& answer) override {
    answer_ = answer;
    go_on();
    finish();
  }
  void go_on() {
    if (!std::exchange(is_paused_, false)) return;
    whole_.go_on();
    in_line_for_ = whole_.paused() - paused_before_;
  }
  void finish() {
    answered_ = true;
    if (coroutine_) coroutine_.resume();  // may destroy *this
  }

  lookup_source& names_;
  probe_deadline& whole_;
  const std::chrono::nanoseconds paused_before_;
  std::chrono::nanoseconds in_line_for_{0};
  bool is_paused_ = false;
  bool was_asked_ = true;
  lookup_answer answer_;
  std::coroutine_handle<> coroutine_;
  bool answered_ = false;
};

}  // namespace muster
