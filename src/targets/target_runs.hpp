#pragma once

#include "muster/exclude_set.hpp"
#include "targets/seen_targets.hpp"
#include "targets/target_range.hpp"

#include <cstdint>

namespace muster {

/// What is left of ranges of targets when excluded and repeated ones are taken out: runs of
/// members, each from an index on. Excluded and seen stretches are stepped over, not walked.
class target_runs {
 public:
  /// `excludes` outlives this, as does `seen`, which is null to let targets come again.
  target_runs(const exclude_set& excludes, seen_targets* seen) : excludes_{excludes}, seen_{seen} {}

  /// Goes on with another range, once `next` has said that there is no more of the last one.
  void start(target_range range);
  /// Moves to the next run; false when there is none.
  bool next();

  // The run. It is valid until the next call of `next`.

  std::uint64_t size() const { return size_; }
  target at(std::uint64_t index) const { return range_.at(first_ + index); }
  /// What the run is a part of: members from number `first()` on. Of a block, `first()` is 0.
  const target_range& range() const { return range_; }
  std::uint64_t first() const { return first_; }
  /// The number of the range, from 1.
  std::uint64_t range_number() const { return range_number_; }

  /// How many members were seen before and left out.
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  bool next_of_block();
  bool next_of_octets();
  bool next_single();
  bool is_excluded(const target& single) const;

  const exclude_set& excludes_;
  seen_targets* seen_;
  seen_addresses* among_ = nullptr;  // Of the range, when it is a block or octet ranges.
  target_range range_;
  address_block whole_{};  // Of a block: all of it, to be remembered at its end.
  std::uint64_t first_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t range_number_ = 0;
  std::uint64_t duplicates_ = 0;
};

/// How many members of `range` are not excluded; nothing when they would have to be walked to find
/// out and are more than `walk_max`.
std::optional<std::uint64_t> count_not_excluded(const target_range& range,
                                                const exclude_set& excludes);
constexpr std::uint64_t walk_max = 1 << 20;

/// The sum, or 2^64 - 1 when it is larger.
constexpr std::uint64_t add_saturating(std::uint64_t a, std::uint64_t b) {
  return a + b < a ? address_block::size_max : a + b;
}

}  // namespace muster
