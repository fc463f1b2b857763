// Strategy: a bucket is a value's highest set bit and the five bits below it, so buckets grow with
// the values and stay within 1/32 of them. Values below 32 ns have a bucket each.
#include "muster/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

namespace muster {

namespace {

constexpr unsigned sub_bits = latency_histogram::sub_bucket_bits;
constexpr std::uint64_t sub_buckets = 1U << sub_bits;
constexpr std::size_t last_bucket = latency_histogram::bucket_count - 1;

std::size_t bucket_of(std::uint64_t value) {
  if (value < sub_buckets) return static_cast<std::size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bits;
  const std::uint64_t magnitude = shift + 1;
  const std::uint64_t bucket = (magnitude << sub_bits) | ((value >> shift) & (sub_buckets - 1));
  return static_cast<std::size_t>(std::min<std::uint64_t>(bucket, last_bucket));
}

/// The largest value that falls into `bucket`.
std::uint64_t upper_bound(std::size_t bucket) {
  if (bucket < sub_buckets) return bucket;
  const std::size_t shift = (bucket >> sub_bits) - 1;
  const std::uint64_t low = (sub_buckets | (bucket & (sub_buckets - 1))) << shift;
  return low + (std::uint64_t{1} << shift) - 1;
}

}  // namespace

void latency_histogram::add(std::chrono::nanoseconds value) {
  value = std::max(value, std::chrono::nanoseconds{0});
  ++buckets_[bucket_of(static_cast<std::uint64_t>(value.count()))];
  ++count_;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ns_ += static_cast<double>(value.count());
}

latency_histogram& latency_histogram::operator+=(const latency_histogram& other) {
  std::ranges::transform(buckets_, other.buckets_, buckets_.begin(), std::plus{});
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ns_ += other.sum_ns_;
  return *this;
}

std::chrono::nanoseconds latency_histogram::mean() const {
  if (count_ == 0) return std::chrono::nanoseconds{0};
  const double mean_ns = sum_ns_ / static_cast<double>(count_);
  return std::chrono::nanoseconds{static_cast<std::int64_t>(std::llround(mean_ns))};
}

std::chrono::nanoseconds latency_histogram::quantile(double fraction) const {
  if (count_ == 0) return std::chrono::nanoseconds{0};
  const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  const std::uint64_t rank =
      std::clamp(static_cast<std::uint64_t>(wanted), std::uint64_t{1}, count_);
  std::uint64_t seen = 0;
  // The last bucket has no upper bound of its own: what lies there counts as the maximum.
  for (std::size_t bucket = 0; bucket < last_bucket; ++bucket) {
    seen += buckets_[bucket];
    if (seen < rank) continue;
    const auto bound = static_cast<std::int64_t>(upper_bound(bucket));
    return std::clamp(std::chrono::nanoseconds{bound}, min_, max_);
  }
  return max_;
}

std::uint64_t latency_histogram::count_up_to(std::chrono::nanoseconds bound) const {
  if (bound >= max_) return count_;
  if (bound < min_) return 0;
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < last_bucket; ++bucket) {
    if (upper_bound(bucket) > static_cast<std::uint64_t>(bound.count())) break;
    count += buckets_[bucket];
  }
  return count;
}

}  // namespace muster
