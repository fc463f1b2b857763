// Strategy: one line and one timer. Only the first in line tries, because a try can be dear: a
// connect that finds no free port has looked at every one. A success is a sign that there is more,
// so the next one follows at once; a failure doubles the pause and sends whoever tried to the end
// of the line, as another may want something that is to be had, such as a port towards another
// destination.
#include "net/shortage.hpp"

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

shortage::shortage(timeline& time, duration patience)
    : time_{time}, alarm_{time.make_alarm([this] { on_alarm(); })}, patience_{patience} {}

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
  if (first && on_shortage_) on_shortage_();
  if (serving_) return;
  serving_ = true;
  // Where waiting was no use a moment ago, it is no use now.
  if (!gave_up_) relieved_ = now();
  pause_ = pause_min;
  alarm_->set(now() + pause_);
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

/// Whether the time is over or something was given back, it is time to try.
void shortage::on_alarm() {
  const auto at = now();
  if (std::exchange(relieved_now_, false)) relieved_ = at;
  hopeless_ = held_ == 0 && at - relieved_ >= patience();
  const bool cut_short = std::exchange(hurried_, false);
  try_some();
  if (line_.empty()) return rest();
  if (!failed_) {
    pause_ = pause_min;
  } else if (!cut_short) {
    pause_ = std::min(pause_ * 2, pause_max);
  }
  alarm_->set(failed_ && !hurried_ ? at + pause_ : at);
}

void shortage::hurry() {
  if (!std::exchange(hurried_, true)) alarm_->set(now());
}

void shortage::end() {
  alarm_->clear();
  gave_up_ = std::exchange(hopeless_, false);
  serving_ = hurried_ = false;
}

}  // namespace muster
