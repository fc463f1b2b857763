#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

namespace muster {

/// Time as this process has lived it: a clock that stands still while the process does, as when it
/// is stopped. What is measured on it loses nothing by that. As long as there was no standstill,
/// both times are the same.
class lived_time {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// The process stood still for so long, up to `now` of the real clock; at least a microsecond. Of
  /// this, a nanosecond counts as lived, so that what was before and what comes after are told
  /// apart.
  void stood_still(time_point now, duration length);
  /// When something was that really was at this time. A time within a standstill is its beginning.
  time_point lived(time_point real) const {
    return standstills_.empty() ? real : lived_before(real);
  }
  /// The real time of something that was, or will be unless the process stands still again.
  time_point real(time_point lived) const { return standstills_.empty() ? lived : real_of(lived); }
  /// All standstills together.
  duration lost() const { return standstills_.empty() ? duration{0} : standstills_.back().lost; }

  /// Those that are remembered: what lies back further than all of them is taken to have been
  /// before the oldest.
  static constexpr std::size_t standstills_max = 4096;

 private:
  struct standstill {
    time_point lived;  // when
    time_point end;    // in real time
    duration lost;     // with all before it
  };
  time_point lived_before(time_point real) const;
  time_point real_of(time_point lived) const;

  std::deque<standstill> standstills_;  // oldest first
};

}  // namespace muster
