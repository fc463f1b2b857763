// Strategy: a block is cut at the front, run by run. Both the excludes and the memory of what was
// seen tell how far the answer for one address holds, so each run and each gap costs two searches
// however long it is. A block is remembered when it has been passed, as within it nothing comes
// twice. Octet ranges have their members strewn about, and are looked at one by one.
#include "targets/target_runs.hpp"

#include <algorithm>
#include <utility>

namespace muster {

void target_runs::start(target_range range) {
  range_ = std::move(range);
  first_ = size_ = 0;
  ++range_number_;
  if (const address_block* block = range_.block()) whole_ = *block;
  among_ = seen_ && !range_.single() ? &seen_->addresses_of(range_.traits()) : nullptr;
}

bool target_runs::next() {
  if (range_.block()) return next_of_block();
  if (range_.octets()) return next_of_octets();
  return next_single();
}

bool target_runs::next_of_block() {
  const address_block& block = *range_.block();
  if (size_ > 0) range_.drop_through(block.first.plus(size_ - 1));
  size_ = 0;
  while (range_.size() > 0) {
    if (const auto end = excludes_.covering_end(block.first)) {
      range_.drop_through(*end);
      continue;
    }
    ip_address last = std::min(block.last, excludes_.free_end(block.first).value_or(block.last));
    if (among_) {
      if (const auto end = among_->covering_end(block.first)) {
        last = std::min(last, *end);
        duplicates_ = add_saturating(duplicates_, address_block{block.first, last}.size());
        range_.drop_through(last);
        continue;
      }
      last = std::min(last, among_->free_end(block.first).value_or(last));
    }
    size_ = address_block{block.first, last}.size();
    return true;
  }
  if (among_) seen_->insert(*std::exchange(among_, nullptr), whole_.first, whole_.last);
  return false;
}

bool target_runs::next_of_octets() {
  const octet_ranges& octets = *range_.octets();
  first_ += std::exchange(size_, 0);
  if (excludes_.empty() && !among_) {
    size_ = range_.size() - first_;
    return size_ > 0;
  }
  for (; first_ < range_.size(); ++first_) {
    const ip_address address = octets.at(first_);
    if (excludes_.contains(address)) continue;
    if (among_ && among_->covering_end(address)) {
      ++duplicates_;
      continue;
    }
    if (among_) seen_->insert(*among_, address, address);
    size_ = 1;
    return true;
  }
  return false;
}

bool target_runs::next_single() {
  const bool is_first = first_ == 0 && size_ == 0 && range_.size() > 0;
  first_ += std::exchange(size_, 0);
  if (!is_first) return false;
  const target& single = *range_.single();
  const bool repeated = !is_excluded(single) && seen_ && !seen_->insert(single);
  if (repeated) ++duplicates_;
  if (repeated || is_excluded(single)) {
    first_ = 1;
    return false;
  }
  size_ = 1;
  return true;
}

bool target_runs::is_excluded(const target& single) const {
  if (excludes_.empty()) return false;
  if (single.form() == target_form::line) {
    const auto address = ip_address::parse(single.written());
    return address ? excludes_.contains(*address) : excludes_.contains_name(single.written());
  }
  return single.needs_lookup() ? excludes_.contains_name(single.host())
                               : excludes_.contains(single.address());
}

std::optional<std::uint64_t> count_not_excluded(const target_range& range,
                                                const exclude_set& excludes) {
  if (excludes.empty()) return range.size();
  if (range.octets() && range.size() > walk_max) return std::nullopt;
  target_runs runs{excludes, nullptr};
  runs.start(range);
  std::uint64_t count = 0;
  while (runs.next())
    count = add_saturating(count, runs.size());
  return count;
}

}  // namespace muster
