#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace muster {

/// Limits how many things start a second. It has no clock: time is an argument, and is expected
/// not to run backwards.
///
/// The bucket starts with one token and holds at most what accrues in `burst`, but always room for
/// one; so after a pause of any length at most one burst follows. In any window of length t there
/// are never more than rate * t + max(1, rate * burst) starts.
class token_bucket {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `rate_per_second`: starts a second; 0 or infinity is unlimited, a rate below one in 31 years
  /// is raised to that. `burst` is clamped to 0 … `burst_max`. Throws std::invalid_argument when
  /// the rate is negative or not a number.
  explicit token_bucket(double rate_per_second,
                        std::chrono::nanoseconds burst = std::chrono::milliseconds{10});

  /// Takes a token. True: go. False: nothing is taken, ask again at `next(now)`.
  bool take(time_point now);
  /// When the next `take` will succeed; `now` when it would at once.
  time_point next(time_point now) const;
  /// Changes the rate while running. A wait agreed under the old rate gets no longer, and is cut to
  /// one interval of the new rate. Throws as the constructor does.
  void set_rate(double rate_per_second, time_point now);

  /// Starts a second, as given; 0 is unlimited.
  double rate() const { return rate_; }
  bool unlimited() const { return rate_ == 0; }

  static constexpr std::chrono::nanoseconds burst_max = std::chrono::hours{1};

 private:
  /// Nanoseconds and 2^-32 parts of one: fine enough that even 10,000,000 starts a second, for an
  /// hour, are exact to a twentieth of one start.
  struct fixed_ns {
    std::int64_t whole = 0;
    std::uint32_t part = 0;
    // NOLINTNEXTLINE(modernize-use-nullptr): sees the 0 that such an operator compares with.
    friend auto operator<=>(const fixed_ns&, const fixed_ns&) = default;
  };

  static fixed_ns now_ns(time_point now);
  static fixed_ns plus(fixed_ns a, fixed_ns b);
  void assign_rate(double rate_per_second);

  double rate_ = 0;
  std::int64_t burst_ns_;
  std::int64_t ahead_ns_ = 0;  ///< How far behind `now` the schedule may lag: burst - interval.
  fixed_ns interval_;
  fixed_ns next_;  ///< The next start on the schedule. Meaningless until started_.
  bool started_ = false;
};

}  // namespace muster
