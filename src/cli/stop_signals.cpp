#include "cli/stop_signals.hpp"

#include "cli/heard_signal.hpp"
#include "net/resume.hpp"

#include <array>
#include <csignal>
#include <system_error>
#include <utility>

namespace muster {
namespace {

constexpr std::array stopping{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t has_come = 0;
void (*volatile tell_loop)(int) = nullptr;  // Asio's handler

void note_and_tell(int number) {
  has_come = 1;
  tell_loop(number);
}

struct sigaction action_of(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  return action;
}

}  // namespace

void stop_signals::watch(std::function<void()> stop, std::function<void()> kill) {
  stop_ = std::move(stop);
  kill_ = std::move(kill);
  listen();
  wait(scope_, *this);
}

void stop_signals::watch_to_the_end(std::function<void()> stop, std::function<void()> kill) {
  stop_ = std::move(stop);
  kill_ = std::move(kill);
  to_the_end_ = true;
  listen();
  wait_on(scope_, *this);
}

void stop_signals::listen() {
  for (const int number : stopping) {
    // Under nohup, and in a job, a terminal that goes away is to change nothing.
    const auto before = action_of(number).sa_handler;
    if (number == SIGHUP && before != SIG_DFL && before != note_and_tell) continue;
    std::error_code ignored;
    signals_.add(number, ignored);
    struct sigaction action = action_of(number);
    if (action.sa_handler != SIG_DFL && action.sa_handler != note_and_tell) {
      tell_loop = action.sa_handler;
    }
    action.sa_handler = note_and_tell;
    ::sigaction(number, &action, nullptr);
    // With SA_RESETHAND the kernel takes the handler away as it is called, for the second signal to
    // find the default. A call that one interrupts is not begun again.
    const bool may_kill = number == SIGINT && !to_the_end_;
    hear_signal(number, may_kill ? static_cast<int>(SA_RESETHAND) : 0, SA_RESTART);
  }
}

bool stop_signals::pending() const { return stopped_ || (stop_ && has_come != 0); }

job stop_signals::wait(job_scope&, stop_signals& self) {
  auto [error, number] = co_await self.signals_.async_wait(resume);
  if (error) co_return;
  self.stopped_ = true;
  std::error_code ignored;
  if (self.kill_) {
    self.listen();
  } else {
    self.signals_.clear(ignored);
  }
  self.stop_();
  if (!self.kill_) co_return;
  auto [error_again, again] = co_await self.signals_.async_wait(resume);
  if (error_again) co_return;
  self.kill_();
  self.signals_.clear(ignored);
  std::raise(again);
}

job stop_signals::wait_on(job_scope&, stop_signals& self) {
  for (;;) {
    auto [error, number] = co_await self.signals_.async_wait(resume);
    if (error) co_return;
    if (std::exchange(self.stopped_, true)) {
      self.kill_();
    } else {
      self.stop_();
    }
  }
}

}  // namespace muster
