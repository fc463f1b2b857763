#include "muster/sequence_set.hpp"

#include <algorithm>
#include <iterator>

namespace muster {

void sequence_set::add(std::uint64_t begin, std::uint64_t end) {
  if (end <= begin) return;
  auto next = intervals_.upper_bound(begin);
  if (next != intervals_.begin()) {
    const auto before = std::prev(next);
    if (before->second >= begin) {
      begin = before->first;
      end = std::max(end, before->second);
      size_ -= before->second - before->first;
      next = intervals_.erase(before);
    }
  }
  while (next != intervals_.end() && next->first <= end) {
    end = std::max(end, next->second);
    size_ -= next->second - next->first;
    next = intervals_.erase(next);
  }
  intervals_.emplace_hint(next, begin, end);
  size_ += end - begin;
}

std::uint64_t sequence_set::next_missing(std::uint64_t value) const {
  const auto next = intervals_.upper_bound(value);
  if (next == intervals_.begin()) return value;
  return std::max(value, std::prev(next)->second);
}

std::uint64_t sequence_set::count(std::uint64_t begin, std::uint64_t end) const {
  auto at = intervals_.upper_bound(begin);
  if (at != intervals_.begin()) --at;
  std::uint64_t sum = 0;
  for (; at != intervals_.end() && at->first < end; ++at) {
    const std::uint64_t from = std::max(begin, at->first);
    const std::uint64_t to = std::min(end, at->second);
    if (from < to) sum += to - from;
  }
  return sum;
}

}  // namespace muster
