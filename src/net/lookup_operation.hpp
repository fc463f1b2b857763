#pragma once

#include "muster/resolver.hpp"
#include "net/probe_deadline.hpp"

#include <coroutine>
#include <string_view>

namespace muster {

/// `co_await lookup_operation{resolver, name}`: the wait of a job for a name's addresses. Ends
/// early, with `resolve_timeout` as the failure, when it is cancelled.
class lookup_operation final : public cancellable, private resolver::waiter {
 public:
  /// `name` is used during this call only.
  lookup_operation(resolver& names, std::string_view name) {
    if (const lookup_answer* known = names.resolve(name, *this)) {
      answer_ = *known;
      answered_ = true;
    }
  }

  bool await_ready() const noexcept { return answered_; }
  void await_suspend(std::coroutine_handle<> coroutine) { coroutine_ = coroutine; }
  const lookup_answer& await_resume() const { return answer_; }

  void cancel() override {
    if (!waiting()) return;
    waiter::cancel();
    answer_.failure = reason::resolve_timeout;
    finish();
  }

 private:
  void resolved(const lookup_answer& answer) override {
    answer_ = answer;
    finish();
  }
  void finish() {
    answered_ = true;
    if (coroutine_) coroutine_.resume();  // may destroy *this
  }

  lookup_answer answer_;
  std::coroutine_handle<> coroutine_;
  bool answered_ = false;
};

}  // namespace muster
