#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

// Strategy: intervals that neither overlap nor touch, in order, cut into chunks of a few hundred,
// so that an insertion moves one chunk's tail and no more. The chunks' first keys stand in an array
// of their own: a search touches that and one chunk.

namespace muster {

/// A set of keys that come in intervals, such as addresses, to which intervals may be added at any
/// time. `Steps` has `next(key)` and `previous(key)`, which may wrap at the ends of the key space.
/// Takes two keys of memory, and half as much again, for each interval.
template <typename Key, typename Steps>
class interval_set {
 public:
  /// The last key of the interval that `key` is in; nothing when it is in none.
  std::optional<Key> covering_end(Key key) const {
    const interval* const found = first_ending_at_or_after(key);
    if (found == nullptr || key < found->first) return std::nullopt;
    return found->last;
  }

  /// The last key before the next interval; nothing when there is none. `key` is in no interval.
  std::optional<Key> free_end(Key key) const {
    const interval* const found = first_ending_at_or_after(key);
    if (found == nullptr) return std::nullopt;
    return Steps::previous(found->first);
  }

  /// Adds all keys from `first` to `last`.
  void insert(Key first, Key last) {
    if (chunks_.empty()) {
      chunks_.emplace_back();
      bounds_.push_back(first);
    }
    // What ends just before `first` is never in an earlier chunk: the next one would touch it.
    const std::size_t chunk = chunk_of(first);
    const auto ends_before = [first](const interval& one) {
      return one.last < first && Steps::next(one.last) != first;
    };
    auto& into = chunks_[chunk];
    const auto place = std::partition_point(into.begin(), into.end(), ends_before);
    const auto at = place - into.begin();
    const interval whole = take_joined(chunk, at, {first, last});
    into.insert(into.begin() + at, whole);
    bounds_[chunk] = into.front().first;
    ++size_;
    if (into.size() > chunk_intervals_max) split(chunk);
  }

  /// How many separate intervals there are.
  std::size_t size() const { return size_; }

 private:
  struct interval {
    Key first;
    Key last;
  };
  static constexpr std::size_t chunk_intervals_max = 512;

  /// The last chunk that does not begin after `key`, or the first of all.
  std::size_t chunk_of(Key key) const {
    const auto after = std::upper_bound(bounds_.begin(), bounds_.end(), key);
    return after == bounds_.begin() ? 0 : static_cast<std::size_t>(after - bounds_.begin()) - 1;
  }

  /// The first interval of a chunk that does not end before `key`.
  std::size_t position_in(std::size_t chunk, Key key) const {
    const auto& in = chunks_[chunk];
    const auto found = std::partition_point(in.begin(), in.end(),
                                            [&](const interval& one) { return one.last < key; });
    return static_cast<std::size_t>(found - in.begin());
  }

  const interval* first_ending_at_or_after(Key key) const {
    if (chunks_.empty()) return nullptr;
    std::size_t chunk = chunk_of(key);
    const std::size_t at = position_in(chunk, key);
    if (at < chunks_[chunk].size()) return &chunks_[chunk][at];
    return ++chunk < chunks_.size() ? &chunks_[chunk].front() : nullptr;
  }

  /// Takes out all that overlaps or touches `added`, from a place in a chunk on, and returns what
  /// it makes together with `added`. The chunk itself may be left empty.
  interval take_joined(std::size_t chunk, std::ptrdiff_t at, interval added) {
    interval whole = added;
    const auto joins = [&added](const interval& one) {
      return one.first <= added.last || Steps::previous(one.first) == added.last;
    };
    std::size_t current = chunk;
    for (; current < chunks_.size(); ++current) {
      auto& in = chunks_[current];
      const auto begin = in.begin() + (current == chunk ? at : 0);
      const auto end = std::partition_point(begin, in.end(), joins);
      if (begin != end) {
        whole.first = std::min(whole.first, begin->first);
        whole.last = std::max(whole.last, std::prev(end)->last);
        size_ -= static_cast<std::size_t>(end - begin);
      }
      const bool to_the_end = end == in.end();
      in.erase(begin, end);
      if (to_the_end) continue;
      bounds_[current] = in.front().first;
      break;
    }
    // All chunks between were taken out whole.
    const auto from = static_cast<std::ptrdiff_t>(chunk) + 1;
    const auto to = static_cast<std::ptrdiff_t>(current);
    if (from < to) {
      chunks_.erase(chunks_.begin() + from, chunks_.begin() + to);
      bounds_.erase(bounds_.begin() + from, bounds_.begin() + to);
    }
    return whole;
  }

  void split(std::size_t chunk) {
    std::vector<interval>& full = chunks_[chunk];
    const auto middle = full.begin() + static_cast<std::ptrdiff_t>(full.size() / 2);
    std::vector<interval> upper(middle, full.end());
    full.erase(middle, full.end());
    const auto next = static_cast<std::ptrdiff_t>(chunk) + 1;
    bounds_.insert(bounds_.begin() + next, upper.front().first);
    chunks_.insert(chunks_.begin() + next, std::move(upper));
  }

  std::vector<std::vector<interval>> chunks_;  // None is empty.
  std::vector<Key> bounds_;                    // The first key of each chunk.
  std::size_t size_ = 0;
};

}  // namespace muster
