#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace muster {

/// A histogram of durations in constant memory: 0 ns to about 18 minutes, each value kept within
/// 1/32 (3.2 %) of itself; longer ones count as the maximum. Exact minimum, maximum and mean.
class latency_histogram {
 public:
  /// A negative value, which only a broken clock yields, counts as 0.
  void add(std::chrono::nanoseconds value);
  latency_histogram& operator+=(const latency_histogram& other);
  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds min() const { return count_ ? min_ : std::chrono::nanoseconds{0}; }
  std::chrono::nanoseconds max() const { return max_; }
  /// 0 when empty.
  std::chrono::nanoseconds mean() const;
  /// The value below or at which `fraction` (0 to 1) of the values lie; 0 when empty. Never below
  /// `min()` nor above `max()`.
  std::chrono::nanoseconds quantile(double fraction) const;
  /// How many values are at or below `bound`, where values within 1/32 below it may be missing.
  std::uint64_t count_up_to(std::chrono::nanoseconds bound) const;

  static constexpr unsigned sub_bucket_bits = 5;
  static constexpr unsigned magnitudes = 35;
  static constexpr std::size_t bucket_count = (magnitudes + 1) << sub_bucket_bits;

 private:
  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds min_{std::chrono::nanoseconds::max()};
  std::chrono::nanoseconds max_{0};
  // A double holds sums far past 2^63 ns, at a relative error that no report shows.
  double sum_ns_ = 0;
};

}  // namespace muster
