// Strategy: a heap of the next time of each entry. One that is moved or removed leaves its place
// behind, which no longer has the number of its turn, and is dropped when it comes to the top.
#include "watch/timetable.hpp"

#include <algorithm>

namespace muster {

/// The first of its times after `now`.
timetable::time_point timetable::after(const row& of, time_point now) const {
  const duration since = now - origin_ - of.phase;
  const auto whole = since / of.every - (since % of.every < duration{0} ? 1 : 0);
  return origin_ + of.phase + (whole + 1) * of.every;
}

void timetable::put(entry which, time_point at) {
  heap_.push_back({at, which, ++rows_[which].turn});
  std::push_heap(heap_.begin(), heap_.end());
}

void timetable::drop_stale() {
  while (!heap_.empty() && heap_.front().turn != rows_[heap_.front().which].turn) {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
}

void timetable::add(entry which, duration every, std::uint64_t phase, time_point now) {
  if (which >= rows_.size()) rows_.resize(which + std::size_t{1});
  row& own = rows_[which];
  if (own.every == duration{0}) ++size_;
  own.every = every;
  own.phase =
      duration{static_cast<duration::rep>(phase % static_cast<std::uint64_t>(every.count()))};
  own.hastened = false;
  put(which, after(own, now));
  drop_stale();
}

void timetable::remove(entry which) {
  row& own = rows_[which];
  if (own.every == duration{0}) return;
  own.every = duration{0};
  ++own.turn;
  --size_;
  drop_stale();
}

std::optional<timetable::due> timetable::take(time_point now) {
  while (!heap_.empty() && heap_.front().at <= now) {
    const place first = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
    row& own = rows_[first.which];
    const bool hastened = own.hastened;
    own.hastened = false;
    put(first.which, after(own, now));
    drop_stale();
    const bool is_late = now - first.at > std::max(late_max, own.every / 4);
    const auto passed = static_cast<std::uint64_t>((now - first.at) / own.every);
    if (!hastened) own.missed += passed + (is_late ? 1 : 0);
    if (!is_late) return due{first.which, first.at};
  }
  return std::nullopt;
}

std::optional<timetable::time_point> timetable::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

void timetable::hasten(entry which, time_point at, time_point now) {
  row& own = rows_[which];
  if (own.every == duration{0} || at >= after(own, now)) return;
  own.hastened = true;
  put(which, at);
  drop_stale();
}

}  // namespace muster
