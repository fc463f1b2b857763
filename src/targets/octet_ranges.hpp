#pragma once

#include "muster/address.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

/// The values that one octet of an IPv4 address may take.
using octet_set = std::bitset<256>;

/// IPv4 addresses given by the values of each octet, as in `10.0.0-3.1,5,9`. In ascending order,
/// each once; at most 1 KiB, however many addresses that is.
class octet_ranges {
 public:
  /// None of the sets may be empty.
  explicit octet_ranges(const std::array<octet_set, 4>& octets);

  std::uint64_t size() const { return size_; }
  /// The address number `index`, which is less than `size()`.
  ip_address at(std::uint64_t index) const;
  ip_address first() const { return at(0); }
  ip_address last() const { return at(size_ - 1); }
  /// True when every address between the first and the last is a member.
  bool is_contiguous() const { return last().low() - first().low() + 1 == size_; }

  /// How many values the last octet takes: each so many members, starting from the first, share
  /// their first three octets.
  std::size_t last_octet_count() const { return counts_[3]; }

 private:
  std::vector<std::uint8_t> values_;  // Of all four octets, one after the other.
  std::array<std::uint16_t, 4> counts_{};
  std::uint64_t size_ = 1;
};

}  // namespace muster
