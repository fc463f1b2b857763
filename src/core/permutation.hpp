#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace muster {

/// The numbers below a size in an order that looks random and follows from a seed alone: each
/// exactly once, without any of them being stored. For scattering probes, not for secrets.
class permutation {
 public:
  /// Of the numbers from 0 to `size - 1`.
  permutation(std::uint64_t size, std::uint64_t seed);

  std::uint64_t size() const { return size_; }
  /// The number at `place`, which is less than `size()`.
  std::uint64_t at(std::uint64_t place) const;
  /// The place of a number that is less than `size()`.
  std::uint64_t place_of(std::uint64_t number) const;

 private:
  static constexpr std::size_t rounds = 6;
  std::uint64_t encrypt(std::uint64_t value) const;
  std::uint64_t decrypt(std::uint64_t value) const;

  std::uint64_t size_;
  unsigned low_bits_;
  std::uint64_t low_mask_;
  std::uint64_t high_mask_;
  std::array<std::uint64_t, rounds> keys_;
};

}  // namespace muster
