#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>

namespace muster {

/// A time in 22 bits, for where many are kept: exact below 262 µs, and beyond that too short by
/// less than one part in 131,072.
class packed_time {
 public:
  static constexpr int bits = 22;
  /// 8.5 s; longer times become this.
  static constexpr std::chrono::nanoseconds max{((std::int64_t{1} << 18) - 1) << 15};

  /// What `time`, which is not negative, becomes.
  static constexpr std::uint32_t pack(std::chrono::nanoseconds time) {
    const auto ns = static_cast<std::uint64_t>(std::min(time, max).count());
    const int shift = std::max(static_cast<int>(std::bit_width(ns)) - digits, 0);
    return static_cast<std::uint32_t>(shift) << digits | static_cast<std::uint32_t>(ns >> shift);
  }
  static constexpr std::chrono::nanoseconds unpack(std::uint32_t packed) {
    const std::int64_t ns = packed & ((1U << digits) - 1);
    return std::chrono::nanoseconds{ns << (packed >> digits)};
  }

 private:
  static constexpr int digits = 18;
};

}  // namespace muster
