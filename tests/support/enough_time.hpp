#pragma once

#include <chrono>

namespace muster::test {

/// For tests of what happens when time is up, where something has to have happened before: gives
/// what `attempt` gives for a time, and tries twice as long a time while `begun` says of the result
/// that the machine was too busy to get that far.
template <class Attempt, class Begun>
auto with_enough_time(std::chrono::milliseconds time, Attempt attempt, Begun begun) {
  constexpr std::chrono::seconds time_max{10};
  for (;; time *= 2) {
    auto result = attempt(time);
    if (begun(result) || time > time_max) return result;
  }
}

}  // namespace muster::test
