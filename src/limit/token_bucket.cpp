// Strategy: the bucket is kept as a schedule, not as a count of tokens (the "virtual scheduling"
// form of the generic cell rate algorithm, ITU-T I.371). `next_` is when the next start is due;
// each start moves it on by one interval. A schedule that has fallen behind by more than the burst
// is pulled up to now - (burst - interval) first, and that is all that is ever caught up. Additions
// of a constant neither round nor drift, and nothing is multiplied, so nothing can overflow.
#include "muster/token_bucket.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace muster {
namespace {

constexpr double ns_per_second = 1e9;
// About 31 years. Added to any uptime, it stays far from the 292 years that 63 bits hold.
constexpr double interval_ns_max = 1e18;
constexpr double parts_per_ns = 4294967296.0;

}  // namespace

token_bucket::token_bucket(double rate_per_second, std::chrono::nanoseconds burst)
    : burst_ns_{std::clamp(burst, std::chrono::nanoseconds{0}, burst_max).count()} {
  assign_rate(rate_per_second);
}

bool token_bucket::take(time_point now) {
  if (unlimited()) return true;
  const fixed_ns time = now_ns(now);
  if (!started_) {
    started_ = true;
    next_ = plus(time, interval_);
    return true;
  }
  if (time < next_) return false;
  const fixed_ns oldest{time.whole - ahead_ns_, 0};
  next_ = plus(std::max(next_, oldest), interval_);
  return true;
}

token_bucket::time_point token_bucket::next(time_point now) const {
  if (unlimited() || !started_ || next_ <= now_ns(now)) return now;
  const std::int64_t whole = next_.whole + (next_.part != 0 ? 1 : 0);
  return time_point{
      std::chrono::duration_cast<time_point::duration>(std::chrono::nanoseconds{whole})};
}

void token_bucket::set_rate(double rate_per_second, time_point now) {
  // Nothing was scheduled while the rate was unlimited: start anew, with one token.
  if (unlimited()) started_ = false;
  assign_rate(rate_per_second);
  if (started_ && !unlimited()) next_ = std::min(next_, plus(now_ns(now), interval_));
}

token_bucket::fixed_ns token_bucket::now_ns(time_point now) {
  return {std::chrono::nanoseconds{now.time_since_epoch()}.count(), 0};
}

token_bucket::fixed_ns token_bucket::plus(fixed_ns a, fixed_ns b) {
  const std::uint64_t parts = std::uint64_t{a.part} + b.part;
  return {a.whole + b.whole + static_cast<std::int64_t>(parts >> 32),
          static_cast<std::uint32_t>(parts)};
}

void token_bucket::assign_rate(double rate_per_second) {
  if (std::isnan(rate_per_second) || rate_per_second < 0) {
    throw std::invalid_argument{"a rate is a number of starts a second, 0 (unlimited) or more"};
  }
  rate_ = std::isinf(rate_per_second) ? 0 : rate_per_second;
  if (unlimited()) return;
  const double interval = std::min(ns_per_second / rate_, interval_ns_max);
  const double whole = std::floor(interval);
  const double parts = std::round((interval - whole) * parts_per_ns);
  interval_ = parts < parts_per_ns
                  ? fixed_ns{static_cast<std::int64_t>(whole), static_cast<std::uint32_t>(parts)}
                  : fixed_ns{static_cast<std::int64_t>(whole) + 1, 0};
  // Rounded down to whole nanoseconds, so that the bound on a burst is never passed.
  const std::int64_t interval_up = interval_.whole + (interval_.part != 0 ? 1 : 0);
  ahead_ns_ = std::max<std::int64_t>(burst_ns_ - interval_up, 0);
}

}  // namespace muster
