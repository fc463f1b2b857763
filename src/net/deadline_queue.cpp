// Strategy: one FIFO for each length of time in use, as deadlines of one length expire in the order
// of their start (one whose start lies back is sorted in from the end); one alarm for the earliest
// head of all of them. An entry that is disarmed leaves its FIFO and nothing else happens: the
// alarm that may have been set for it finds nothing to do.
#include "net/deadline_queue.hpp"

#include <algorithm>

namespace muster {

deadline_queue::deadline_queue(timeline& time)
    : time_{time}, alarm_{time.make_alarm([this] { on_alarm(); })} {}

deadline_queue::fifo& deadline_queue::fifo_of(duration length) {
  auto found = std::find_if(fifos_.begin(), fifos_.end(),
                            [length](const fifo& one) { return one.length == length; });
  if (found == fifos_.end()) {
    fifos_.remove_if([](fifo& one) { return one.entries.empty(); });
    found = fifos_.emplace(fifos_.begin());
    found->length = length;
  } else if (found != fifos_.begin()) {
    // Most often asked for, first found.
    fifos_.splice(fifos_.begin(), fifos_, found);
  }
  return *found;
}

void deadline_queue::arm_lived(deadline& entry, time_point start, duration length) {
  entry.unlink();
  latest_start_ = std::max(latest_start_, start);
  entry.expires_ = start + length;
  fifo_of(length).entries.insert_ordered(
      entry, [](const deadline& a, const deadline& b) { return a.expires_ < b.expires_; });
  if (entry.expires_ < alarm_expires_) set_alarm();
}

deadline_queue::time_point deadline_queue::earliest() const {
  time_point first = time_point::max();
  for (const fifo& one : fifos_) {
    if (!one.entries.empty()) first = std::min(first, one.entries.front().expires_);
  }
  return first;
}

void deadline_queue::set_alarm() {
  alarm_expires_ = earliest();
  standstill_from_ = time_point::max();
  if (alarm_expires_ == time_point::max()) return;
  alarm_expires_ = std::min(alarm_expires_, now() + heartbeat);
  const time_point real = alarm_expires_ + lived_.lost() + quantum;
  standstill_from_ = real + standstill_min;
  alarm_->set(real);
}

void deadline_queue::rest() {
  if (alarm_expires_ == time_point::max() || earliest() != time_point::max()) return;
  alarm_expires_ = standstill_from_ = time_point::max();
  alarm_->clear();
}

/// What was alive until the alarm was due, and until it last armed something, stood still from then
/// on: so it is known to have been alive whenever anything was armed.
void deadline_queue::note_standstill(time_point until) {
  const time_point from = std::max(alarm_expires_ + quantum, latest_start_);
  const duration length = until - lived_.lost() - from;
  if (length >= standstill_min) lived_.stood_still(until, length);
  set_alarm();
}

void deadline_queue::on_alarm() {
  catch_up();
  const auto by_now = now();
  if (by_now >= earliest()) {
    if (before_expiry_) before_expiry_();
    expire(by_now);
  }
  set_alarm();
}

// The entries leave their FIFOs before the first one is called, as a call may arm, disarm or
// destroy any other.
void deadline_queue::expire(time_point by) {
  intrusive_list<deadline> due;
  for (fifo& one : fifos_) {
    while (!one.entries.empty() && one.entries.front().expires_ <= by) {
      due.push_back(one.entries.pop_front());
    }
  }
  while (!due.empty())
    due.pop_front().on_deadline(ending::expired);
}

void deadline_queue::cancel_all() {
  for (;;) {
    intrusive_list<deadline> all;
    for (fifo& one : fifos_)
      all.splice_back(one.entries);
    if (all.empty()) return;
    while (!all.empty())
      all.pop_front().on_deadline(ending::cancelled);
  }
}

}  // namespace muster
