#include "cli/stop_signals.hpp"

#include "cli/heard_signal.hpp"
#include "net/resume.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <system_error>
#include <utility>

namespace muster {
namespace {

constexpr std::array stopping{SIGINT, SIGTERM, SIGHUP};

struct sigaction action_of(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  return action;
}

}  // namespace

void stop_signals::watch(std::function<void()> stop, std::function<void()> kill) {
  stop_ = std::move(stop);
  kill_ = std::move(kill);
  listen(static_cast<int>(SA_RESETHAND));
  wait(scope_, *this);
}

void stop_signals::watch_to_the_end(std::function<void()> stop, std::function<void()> kill) {
  stop_ = std::move(stop);
  kill_ = std::move(kill);
  listen(0);
  wait_on(scope_, *this);
}

void stop_signals::listen(int flags) {
  for (const int number : stopping) {
    // Under nohup, and in a job, a terminal that goes away is to change nothing.
    if (number == SIGHUP && action_of(number).sa_handler != SIG_DFL) continue;
    std::error_code ignored;
    signals_.add(number, ignored);
    // Asio's handler only tells the loop. With SA_RESETHAND the kernel takes it away as it is
    // called, for the second signal to find the default. A call that it interrupts is not begun
    // again.
    hear_signal(number, flags, SA_RESTART);
  }
}

bool stop_signals::pending() const {
  if (stopped_) return true;
  if (!stop_) return false;
  return std::any_of(stopping.begin(), stopping.end(),
                     [](int number) { return action_of(number).sa_handler == SIG_DFL; });
}

job stop_signals::wait(job_scope&, stop_signals& self) {
  auto [error, number] = co_await self.signals_.async_wait(resume);
  if (error) co_return;
  self.stopped_ = true;
  std::error_code ignored;
  self.signals_.clear(ignored);
  if (self.kill_) self.listen(static_cast<int>(SA_RESETHAND));
  self.stop_();
  if (!self.kill_) co_return;
  auto [error_again, again] = co_await self.signals_.async_wait(resume);
  if (error_again) co_return;
  self.signals_.clear(ignored);
  self.kill_();
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
