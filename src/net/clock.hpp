#pragma once

#include <chrono>
#include <ctime>

namespace muster {

/// Turns the wall-clock time stamps of the kernel into the monotonic time that RTTs are measured
/// in, so that a clock that jumps changes no RTT. Take a fresh one for each batch of time stamps.
class clock_pair {
 public:
  clock_pair()
      : steady_{std::chrono::steady_clock::now()}, wall_{std::chrono::system_clock::now()} {}

  std::chrono::steady_clock::time_point steady() const { return steady_; }

  /// When, on the monotonic clock, the wall clock showed `stamp`. A stamp from the future, as after
  /// a jump, is taken as now.
  std::chrono::steady_clock::time_point steady_at(const timespec& stamp) const {
    const auto since_epoch =
        std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec};
    const auto age = wall_.time_since_epoch() - since_epoch;
    return age.count() > 0 ? steady_ - age : steady_;
  }

 private:
  std::chrono::steady_clock::time_point steady_;
  std::chrono::system_clock::time_point wall_;
};

}  // namespace muster
