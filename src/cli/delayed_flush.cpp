#include "cli/delayed_flush.hpp"

#include "net/resume.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 10ms;
constexpr auto first_delay = 1ms;

}  // namespace

job delayed_flush::wait(job_scope&, delayed_flush& self) {
  const auto soonest = std::chrono::steady_clock::now() + first_delay;
  self.timer_.expires_at(std::max(soonest, self.flushed_at_ + interval));
  co_await self.timer_.async_wait(resume);
  self.pending_ = false;
  self.flush();
}

void delayed_flush::flush() {
  flushed_at_ = std::chrono::steady_clock::now();
  flush_();
}

bool delayed_flush::waiting() const {
  return std::ranges::any_of(readers_, [](const reader& one) { return one.output.waiting() > 0; });
}

void delayed_flush::watch_readers() {
  std::uint64_t bytes = 0;
  for (reader& one : readers_) {
    bytes += one.output.waiting();
    if (one.output.waiting() > 0 && !one.watched) wait_for(scope_, *this, one);
  }
  behind_ = bytes > behind_bytes || (behind_ && bytes > 0);
}

job delayed_flush::wait_for(job_scope&, delayed_flush& self, reader& slow) {
  slow.watched = true;
  std::error_code error;
  if (!slow.ready.is_open()) {
    const int duplicate = ::fcntl(slow.output.descriptor(), F_DUPFD_CLOEXEC, 0);
    slow.ready.assign(duplicate, error);
    if (error && duplicate >= 0) ::close(duplicate);
  }
  if (!error) {
    auto [failure] =
        co_await slow.ready.async_wait(asio::posix::stream_descriptor::wait_write, resume);
    error = failure;
  }
  slow.watched = false;
  // What can't be waited for, as for want of a descriptor, is tried again in a moment.
  if (error) {
    self.request();
  } else {
    self.flush();
  }
}

}  // namespace muster
