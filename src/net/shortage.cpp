// Strategy: one line and one timer. Only the first in line tries, because a try can be dear: a
// connect that finds no free port has looked at every one. A success is a sign that there is more,
// so the next one follows at once; a failure doubles the pause and sends whoever tried to the end
// of the line, as another may want something that is to be had, such as a port towards another
// destination.
#include "net/shortage.hpp"

#include "net/resume.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace muster {

scarce_resource shortage_of(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
      return scarce_resource::descriptors;
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
    case ENOSPC:
      return scarce_resource::memory;
    case EBUSY:
      return scarce_resource::starts;
    default:
      return scarce_resource::none;
  }
}

shortage::shortage(asio::io_context& context, duration patience)
    : timer_{context}, patience_{patience} {}

void shortage::queue(waiter& one, scarce_resource what, bool first) {
  if (first) {
    if (what == scarce_resource::descriptors) ++waits_.descriptors;
    if (what == scarce_resource::ports) ++waits_.ports;
    if (what == scarce_resource::memory) ++waits_.memory;
    if (what == scarce_resource::processes) ++waits_.processes;
  }
  missing_ = what;
  line_.push_back(one);
  failed_ = true;
  if (serving_) return;
  serving_ = true;
  serve(scope_, *this);
}

shortage::duration shortage::patience() const {
  switch (missing_) {
    case scarce_resource::descriptors:
      return std::min<duration>(patience_, descriptor_patience);
    case scarce_resource::processes:
      return std::min<duration>(patience_, process_patience);
    default:
      return patience_;
  }
}

void shortage::try_some() {
  failed_ = false;
  for (int tries = 0; tries < tries_max && !failed_ && !line_.empty(); ++tries) {
    line_.pop_front().try_again();
  }
}

job shortage::serve(job_scope&, shortage& self) {
  using clock = std::chrono::steady_clock;
  // Where waiting was no use a moment ago, it is no use now.
  if (!self.gave_up_) self.relieved_ = clock::now();
  self.pause_ = pause_min;
  while (!self.line_.empty()) {
    self.timer_.expires_after(self.failed_ ? self.pause_ : std::chrono::milliseconds{0});
    // Whether the time is over or something was given back, it is time to try.
    auto [cut_short] = co_await self.timer_.async_wait(resume);
    const auto now = clock::now();
    if (std::exchange(self.relieved_now_, false)) self.relieved_ = now;
    self.hopeless_ = self.held_ == 0 && now - self.relieved_ >= self.patience();
    self.try_some();
    if (!self.failed_) {
      self.pause_ = pause_min;
    } else if (!cut_short) {
      self.pause_ = std::min(self.pause_ * 2, pause_max);
    }
  }
  self.gave_up_ = std::exchange(self.hopeless_, false);
  self.serving_ = false;
}

}  // namespace muster
