// Strategy: a Feistel network is a bijection whatever its round function does, here on the smallest
// power of two that holds all numbers. What it leads to beyond the size is put through it again
// until it is within ("cycle walking", Black and Rogaway 2002): less than two rounds of it on
// average, as more than half of the power of two is within. Both halves take turns, so they need
// not be of one length.
#include "core/permutation.hpp"

#include <algorithm>
#include <bit>

namespace muster {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): each bit depends on all of them.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11ebULL;
  return value ^ (value >> 31);
}

constexpr std::uint64_t golden_ratio = 0x9e37'79b9'7f4a'7c15ULL;

constexpr std::uint64_t ones(unsigned count) { return ~std::uint64_t{0} >> (64 - count); }

}  // namespace

permutation::permutation(std::uint64_t size, std::uint64_t seed) : size_{size} {
  // Each half has at least one bit.
  const auto width = static_cast<unsigned>(std::bit_width(size == 0 ? size : size - 1));
  const unsigned bits = std::max(width, 2U);
  low_bits_ = bits / 2;
  low_mask_ = ones(low_bits_);
  high_mask_ = ones(bits - low_bits_);
  // One more or one less to visit is another order from the start.
  seed ^= mix(size);
  for (std::uint64_t& key : keys_)
    key = mix(seed += golden_ratio);
}

std::uint64_t permutation::encrypt(std::uint64_t value) const {
  std::uint64_t low = value & low_mask_;
  std::uint64_t high = value >> low_bits_;
  for (std::size_t round = 0; round < rounds; round += 2) {
    high ^= mix(low ^ keys_[round]) & high_mask_;
    low ^= mix(high ^ keys_[round + 1]) & low_mask_;
  }
  return high << low_bits_ | low;
}

std::uint64_t permutation::decrypt(std::uint64_t value) const {
  std::uint64_t low = value & low_mask_;
  std::uint64_t high = value >> low_bits_;
  for (std::size_t round = rounds; round > 0; round -= 2) {
    low ^= mix(high ^ keys_[round - 1]) & low_mask_;
    high ^= mix(low ^ keys_[round - 2]) & high_mask_;
  }
  return high << low_bits_ | low;
}

std::uint64_t permutation::at(std::uint64_t place) const {
  std::uint64_t value = encrypt(place);
  while (value >= size_)
    value = encrypt(value);
  return value;
}

std::uint64_t permutation::place_of(std::uint64_t number) const {
  std::uint64_t value = decrypt(number);
  while (value >= size_)
    value = decrypt(value);
  return value;
}

}  // namespace muster
