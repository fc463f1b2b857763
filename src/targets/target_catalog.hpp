#pragma once

#include "muster/target_stream.hpp"
#include "targets/target_range.hpp"
#include "targets/target_runs.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace muster {

/// Runs of targets that were gathered to be visited in any order: the target at any index is found
/// in O(log runs). A run of plain IPv4 addresses takes 16 bytes, a name or URL its text and 24
/// bytes, other ranges and rows with parameters some hundred bytes.
class target_catalog {
 public:
  /// Adds a run; false, and nothing was added, when that would make more than 2^64 - 1 targets.
  bool add(const target_runs& run);
  /// True when no more should be added: memory is to stay bounded.
  bool is_full() const {
    return entries_.size() >= entries_max || others_.size() >= others_max ||
           texts_.size() >= text_bytes_max;
  }
  void clear();

  std::uint64_t size() const { return size_; }
  /// The target number `index`, which is less than `size()`, in the order in which they came.
  target at(std::uint64_t index) const;

  static constexpr std::size_t entries_max = target_stream::shuffled_lines_max;
  static constexpr std::size_t others_max = target_stream::shuffled_rows_max;
  static constexpr std::size_t text_bytes_max = 1 << 30;

 private:
  enum class run_kind : std::uint8_t {
    v4,         ///< A plain IPv4 address, written down itself.
    v4_member,  ///< Plain IPv4 addresses of a range.
    text,       ///< A single target without parameters, kept as it was written.
    line,       ///< The same, where every text is a target.
    other,
  };
  struct entry {
    std::uint64_t start;  // The index of its first target.
    std::uint32_t value;  // The first address, or the place among texts or others.
    run_kind kind;
  };
  struct other_run {
    std::shared_ptr<const target_range> range;
    std::uint64_t first;
  };

  entry describe(const target_runs& run);

  std::vector<entry> entries_;
  std::string texts_;  // Each with a NUL byte behind it.
  std::vector<std::uint64_t> text_starts_;
  std::vector<other_run> others_;
  std::uint64_t last_range_number_ = 0;  // Of the last of the others.
  std::uint64_t size_ = 0;
};

}  // namespace muster
