#include "net/lived_time.hpp"

#include <algorithm>

using namespace std::chrono_literals;

namespace muster {

void lived_time::stood_still(time_point now, duration length) {
  const duration lost_before = lost();
  standstills_.push_back({now - length - lost_before, now, lost_before + length - 1ns});
  if (standstills_.size() > standstills_max) standstills_.pop_front();
}

lived_time::time_point lived_time::lived_before(time_point real) const {
  // The first standstill that was not over by then.
  const auto next = std::ranges::upper_bound(standstills_, real, {}, &standstill::end);
  const duration lost_before = next == standstills_.begin() ? duration{0} : std::prev(next)->lost;
  const time_point lived = real - lost_before;
  return next == standstills_.end() ? lived : std::min(lived, next->lived);
}

lived_time::time_point lived_time::real_of(time_point lived) const {
  // What was at the very moment is taken to have been before the process stood still.
  const auto next = std::ranges::lower_bound(standstills_, lived, {}, &standstill::lived);
  return next == standstills_.begin() ? lived : lived + std::prev(next)->lost;
}

}  // namespace muster
