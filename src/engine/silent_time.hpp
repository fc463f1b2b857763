#pragma once

#include "muster/sweep.hpp"

#include <chrono>
#include <cstdint>

namespace muster {

/// The longest that a sweep of so many targets takes, name lookups for ICMP not counted: that is,
/// when nothing answers. Seconds, as no count of nanoseconds holds what a /8 may take.
std::chrono::duration<double> silent_time(const sweep_options& options, std::uint64_t targets);

}  // namespace muster
