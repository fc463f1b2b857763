#pragma once

#include <cstdint>
#include <map>

namespace muster {

/// A set of numbers that come nearly in order, kept as the intervals that they make up: everything
/// below some mark and little above it costs a few dozen bytes.
class sequence_set {
 public:
  /// Adds all from `begin` up to `end`, not itself; `end` below `begin` adds nothing.
  void add(std::uint64_t begin, std::uint64_t end);
  void add(std::uint64_t value) { add(value, value + 1); }

  bool contains(std::uint64_t value) const { return next_missing(value) != value; }
  /// The least number from `value` on that is not in the set.
  std::uint64_t next_missing(std::uint64_t value) const;
  /// How many from `begin` up to `end`, not itself, are in the set. Linear in the intervals there.
  std::uint64_t count(std::uint64_t begin, std::uint64_t end) const;
  /// How many there are.
  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Begin and end of each interval, in order; no two of them touch.
  const std::map<std::uint64_t, std::uint64_t>& intervals() const { return intervals_; }

 private:
  std::map<std::uint64_t, std::uint64_t> intervals_;
  std::uint64_t size_ = 0;
};

}  // namespace muster
