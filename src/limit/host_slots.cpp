// Strategy: linear probing in a power of two of entries, at most three quarters full. An entry that
// is erased leaves a gap, and every later entry of the run that may move into the gap without
// getting in front of its own home does; so lookups stop at the first free entry, always, and a
// table in which hosts come and go by the million never needs cleaning.
#include "limit/host_slots.hpp"

#include <bit>

namespace muster::detail {

host_table::host_table()
    : entries_(entries_min),
      mask_{entries_min - 1},
      shift_{64 - static_cast<unsigned>(std::bit_width(mask_)) + run_bits} {}

void host_table::erase(entry& gone) {
  std::size_t gap = static_cast<std::size_t>(&gone - entries_.data());
  for (std::size_t at = (gap + 1) & mask_; entries_[at].in_use != 0; at = (at + 1) & mask_) {
    const std::size_t from_home = (at - home(entries_[at].key)) & mask_;
    const std::size_t from_gap = (at - gap) & mask_;
    if (from_home < from_gap) continue;
    entries_[gap] = entries_[at];
    gap = at;
  }
  entries_[gap] = entry{};
  --size_;
}

host_table::entry& host_table::add(std::uint64_t key, std::size_t at) {
  if ((size_ + 1) * 4 > entries_.size() * 3) {
    grow();
    at = locate(key);
  }
  ++size_;
  entries_[at].key = key;
  return entries_[at];
}

void host_table::grow() {
  std::vector<entry> old(entries_.size() * 2);
  old.swap(entries_);
  mask_ = entries_.size() - 1;
  --shift_;
  for (const entry& kept : old) {
    if (kept.in_use != 0) entries_[locate(kept.key)] = kept;
  }
}

}  // namespace muster::detail
