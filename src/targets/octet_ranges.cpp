#include "targets/octet_ranges.hpp"

// Strategy: a member's index is a number in a mixed radix whose digits are the positions within the
// octets' lists of values, the last octet's digit running fastest.

namespace muster {

octet_ranges::octet_ranges(const std::array<octet_set, 4>& octets) {
  for (std::size_t position = 0; position < octets.size(); ++position) {
    for (std::size_t value = 0; value < octets[position].size(); ++value) {
      if (octets[position][value]) values_.push_back(static_cast<std::uint8_t>(value));
    }
    counts_[position] = static_cast<std::uint16_t>(octets[position].count());
    size_ *= counts_[position];
  }
}

ip_address octet_ranges::at(std::uint64_t index) const {
  std::uint32_t value = 0;
  std::size_t list_end = values_.size();
  for (std::size_t position = counts_.size(); position-- > 0;) {
    const std::size_t count = counts_[position];
    const std::size_t list = list_end - count;
    const std::uint32_t octet = values_[list + index % count];
    value |= octet << (8 * (3 - position));
    index /= count;
    list_end = list;
  }
  return ip_address::from_v4(value);
}

}  // namespace muster
