#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace muster {

/// Round numbers of time, evenly spread on a logarithmic scale from 1 µs to 1000 s. Each grain is
/// part of the next finer one.
enum class rtt_grain : std::uint8_t {
  decades,       ///< 1, 10, 100.
  one_two_five,  ///< 1, 2, 5, 10.
  tenths,        ///< Ten a decade, the R10 series of preferred numbers (ISO 3).
};

/// How many numbers the scale of this grain has.
unsigned rtt_scale_size(rtt_grain grain);
/// The number at `index`, which is less than `rtt_scale_size(grain)`.
std::chrono::nanoseconds rtt_scale_bound(rtt_grain grain, unsigned index);
/// The index of the smallest number that is not below `value`; the last one for what is longer than
/// all.
unsigned rtt_scale_index(rtt_grain grain, std::chrono::nanoseconds value);
/// A number of the scale without needless digits and without its unit, in ms: 0.02, 1.25, 500.
std::string rtt_scale_text(std::chrono::nanoseconds bound);

}  // namespace muster
