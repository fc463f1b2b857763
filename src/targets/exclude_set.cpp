// Strategy: sorted ranges that neither overlap nor touch, so the first that does not end before an
// address decides about it. Sweeps ask in ascending order, hence the place of the last answer is
// tried first, then its neighbour, and only then a binary search.
#include "muster/exclude_set.hpp"

#include "core/ascii.hpp"
#include "targets/octet_ranges.hpp"
#include "targets/target_parser.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

constexpr ip_address before_v4 = ip_address::from_bits(0, 0xfffe'ffff'ffff);
constexpr ip_address after_v4 = ip_address::from_bits(0, 0x1'0000'0000'0000);

/// More separate ranges than this in one expression are a mistake, or hostile.
constexpr std::size_t octet_runs_max = 1 << 20;

std::string canonical_name(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return lowered(name);
}

using address_pair = std::pair<ip_address, ip_address>;

/// The neighbours that differ in the last octet only, as far as the first three octets' first
/// values go, each a pair of offsets from the first member.
std::vector<std::pair<std::uint64_t, std::uint64_t>> last_octet_runs(const octet_ranges& octets) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs;
  for (std::size_t i = 0; i < octets.last_octet_count(); ++i) {
    const std::uint64_t offset = octets.at(i).low() - octets.first().low();
    if (!runs.empty() && runs.back().second + 1 == offset) {
      runs.back().second = offset;
    } else {
      runs.emplace_back(offset, offset);
    }
  }
  return runs;
}

/// All runs of neighbours among `octets`, in order; more than `octet_runs_max` when there are more.
std::vector<address_pair> runs_of(const octet_ranges& octets) {
  const auto last_runs = last_octet_runs(octets);
  std::vector<address_pair> runs;
  for (std::uint64_t i = 0; i < octets.size(); i += octets.last_octet_count()) {
    const ip_address base = octets.at(i);
    for (const auto& [first, last] : last_runs) {
      if (!runs.empty() && runs.back().second.plus(1) == base.plus(first)) {
        runs.back().second = base.plus(last);
      } else {
        runs.emplace_back(base.plus(first), base.plus(last));
      }
    }
    if (runs.size() > octet_runs_max) break;
  }
  return runs;
}

}  // namespace

void exclude_set::add(ip_address first, ip_address last) {
  if (first <= before_v4 && last >= after_v4) {
    ranges_.push_back({first, before_v4});
    ranges_.push_back({after_v4, last});
  } else {
    ranges_.push_back({first, last});
  }
  merged_ = false;
}

void exclude_set::add_name(std::string_view name) { names_.insert(canonical_name(name)); }

std::string exclude_set::add_text(std::string_view text) {
  text = strip_line(text);
  if (text.empty()) return {};
  if (const auto address = ip_address::parse(text)) {
    add(*address, *address);
    return {};
  }
  const auto excluded = parse_target(text, {.all_addresses = true});
  if (!excluded) return excluded.error().message;
  const target* single = excluded->single();
  const bool is_url = single && single->form() == target_form::url;
  if (is_url) return "a URL can't be excluded: write its host";
  if (excluded->traits().port != 0 || (single && single->port() != 0)) {
    return "a port can't be excluded: write the host without it";
  }
  if (single) {
    if (single->needs_lookup()) {
      add_name(single->host());
    } else {
      add(single->address(), single->address());
    }
  } else if (const address_block* block = excluded->block()) {
    add(block->first, block->last);
  } else {
    const auto runs = runs_of(*excluded->octets());
    if (runs.size() > octet_runs_max) return "too many separate ranges: write CIDR blocks";
    for (const auto& [first, last] : runs)
      add(first, last);
  }
  return {};
}

std::optional<ip_address> exclude_set::covering_end(ip_address address) const {
  const range* covering = covering_range(address);
  if (!covering) return std::nullopt;
  return covering->last;
}

std::optional<ip_address> exclude_set::free_end(ip_address address) const {
  find(address);
  if (hint_ == ranges_.size()) return std::nullopt;
  return ranges_[hint_].first.minus_one();
}

bool exclude_set::contains_name(std::string_view name) const {
  return !names_.empty() && names_.count(canonical_name(name)) != 0;
}

/// True when `hint_` is the first range that does not end before `address`.
bool exclude_set::is_hint_for(ip_address address) const {
  return (hint_ == ranges_.size() || address <= ranges_[hint_].last) &&
         (hint_ == 0 || ranges_[hint_ - 1].last < address);
}

/// Makes `hint_` the first range that does not end before `address`.
void exclude_set::find(ip_address address) const {
  if (!merged_) merge();
  if (is_hint_for(address)) return;
  hint_ = std::min(hint_ + 1, ranges_.size());
  if (is_hint_for(address)) return;
  const auto found = std::partition_point(ranges_.begin(), ranges_.end(),
                                          [&](const range& r) { return r.last < address; });
  hint_ = static_cast<std::size_t>(found - ranges_.begin());
}

const exclude_set::range* exclude_set::covering_range(ip_address address) const {
  find(address);
  const bool covered = hint_ < ranges_.size() && ranges_[hint_].first <= address;
  return covered ? &ranges_[hint_] : nullptr;
}

void exclude_set::merge() const {
  const auto before = [](const range& a, const range& b) { return a.first < b.first; };
  // Long lists are often sorted already.
  if (!std::is_sorted(ranges_.begin(), ranges_.end(), before)) {
    std::sort(ranges_.begin(), ranges_.end(), before);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    range& previous = ranges_[kept == 0 ? 0 : kept - 1];
    const bool joins = kept > 0 && (ranges_[i].first <= previous.last ||
                                    ranges_[i].first == previous.last.plus(1));
    if (joins) {
      previous.last = std::max(previous.last, ranges_[i].last);
    } else {
      ranges_[kept++] = ranges_[i];
    }
  }
  ranges_.resize(kept);
  merged_ = true;
  hint_ = 0;
}

}  // namespace muster
