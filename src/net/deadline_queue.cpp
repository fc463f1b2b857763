// Strategy: one FIFO for each length of time in use, as deadlines of one length expire in the order
// of their start (one whose start lies back is sorted in from the end); a heap of their heads; one
// alarm for the earliest. An entry that is disarmed leaves its FIFO and nothing else happens: what
// the heap knows of it is put right when it comes to the top, and the alarm that may have been set
// for it finds nothing to do. A FIFO that is empty is forgotten then.
#include "net/deadline_queue.hpp"

#include <algorithm>

namespace muster {

deadline_queue::deadline_queue(timeline& time)
    : time_{time}, alarm_{time.make_alarm([this] { on_alarm(); })} {}

deadline_queue::fifo& deadline_queue::fifo_of(duration length) {
  if (!latest_ || latest_->length != length) {
    if (fifos_.size() >= lengths_max_) forget_unused();
    latest_ = &fifos_.try_emplace(length.count(), length).first->second;
  }
  return *latest_;
}

/// Forgets the FIFOs that are empty, whose heads would otherwise be known until their time.
void deadline_queue::forget_unused() {
  latest_ = nullptr;
  heads_ = {};
  std::erase_if(fifos_, [](const auto& one) { return one.second.entries.empty(); });
  for (auto& [length, one] : fifos_) {
    one.noted = time_point::max();
    one.notes = 0;
    note_head(one);
  }
  lengths_max_ = std::max(lengths_kept, 2 * fifos_.size());
}

void deadline_queue::arm_lived(deadline& entry, time_point start, duration length) {
  entry.unlink();
  latest_start_ = std::max(latest_start_, start);
  entry.expires_ = start + length;
  fifo& one = fifo_of(length);
  one.entries.insert_ordered(
      entry, [](const deadline& a, const deadline& b) { return a.expires_ < b.expires_; });
  note_head(one);
  if (entry.expires_ < alarm_expires_) set_alarm();
}

/// Puts a head into the heap that is earlier than what that has of its FIFO.
void deadline_queue::note_head(fifo& one) {
  const time_point first = one.entries.front().expires_;
  if (first >= one.noted) return;
  one.noted = first;
  ++one.notes;
  heads_.push({first, &one});
}

/// Takes the top of the heap, which is out of date, away.
void deadline_queue::drop_head() {
  const head old = heads_.top();
  heads_.pop();
  fifo& one = *old.of;
  --one.notes;
  if (old.expires == one.noted) one.noted = time_point::max();
  if (!one.entries.empty()) return note_head(one);
  if (one.notes > 0) return;
  if (latest_ == &one) latest_ = nullptr;
  fifos_.erase(one.length.count());
}

deadline_queue::time_point deadline_queue::earliest() {
  while (!heads_.empty()) {
    const head& first = heads_.top();
    const bool is_there =
        !first.of->entries.empty() && first.of->entries.front().expires_ == first.expires;
    if (is_there) return first.expires;
    drop_head();
  }
  return time_point::max();
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
  const duration lost_before = lived_.lost();
  catch_up();
  const auto by_now = now();
  const bool is_due = by_now >= earliest();
  // What came during a standstill is read at its end, to be told from what comes later.
  if (before_expiry_ && (is_due || lived_.lost() > lost_before)) before_expiry_();
  if (is_due) expire(by_now);
  // The process may have stood still in the middle of that, too.
  const duration lost_by_now = lived_.lost();
  catch_up();
  if (before_expiry_ && lived_.lost() > lost_by_now) before_expiry_();
  set_alarm();
}

// The entries leave their FIFOs before the first one is called, as a call may arm, disarm or
// destroy any other.
void deadline_queue::expire(time_point by) {
  intrusive_list<deadline> due;
  while (earliest() <= by) {
    auto& entries = heads_.top().of->entries;
    while (!entries.empty() && entries.front().expires_ <= by)
      due.push_back(entries.pop_front());
  }
  while (!due.empty())
    due.pop_front().on_deadline(ending::expired);
}

void deadline_queue::cancel_all() {
  for (;;) {
    intrusive_list<deadline> all;
    for (auto& [length, one] : fifos_)
      all.splice_back(one.entries);
    if (all.empty()) return;
    while (!all.empty())
      all.pop_front().on_deadline(ending::cancelled);
  }
}

}  // namespace muster
