#pragma once

#include "muster/address.hpp"

#include <cstdint>
#include <limits>

namespace muster {

/// The addresses from `first` to `last`, both included; never empty.
struct address_block {
  ip_address first;
  ip_address last;

  /// The block of all addresses that share the first `prefix_bits` (0 to 128) of their 128 bits
  /// with `address`. An IPv4 prefix is 96 bits longer here than it is written.
  static constexpr address_block of_prefix(ip_address address, unsigned prefix_bits) {
    const std::uint64_t high = host_mask(prefix_bits);
    const std::uint64_t low = host_mask(prefix_bits < 64 ? 0 : prefix_bits - 64);
    return {ip_address::from_bits(address.high() & ~high, address.low() & ~low),
            ip_address::from_bits(address.high() | high, address.low() | low)};
  }

  /// How many addresses there are; 2^64 - 1 when there are more than that.
  constexpr std::uint64_t size() const {
    const std::uint64_t low = last.low() - first.low();
    const std::uint64_t borrow = last.low() < first.low() ? 1 : 0;
    const bool many = last.high() - first.high() - borrow != 0;
    return many || low == size_max ? size_max : low + 1;
  }

  static constexpr std::uint64_t size_max = std::numeric_limits<std::uint64_t>::max();

 private:
  /// The bits of a 64-bit half that follow the first `prefix_bits`.
  static constexpr std::uint64_t host_mask(unsigned prefix_bits) {
    return prefix_bits >= 64 ? 0 : size_max >> prefix_bits;
  }
};

}  // namespace muster
