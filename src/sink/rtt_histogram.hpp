#pragma once

#include "muster/statistics.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace muster {

/// One bar: the values above `from`, up to and including `to`. Values within 3 % of a bound may
/// count on its other side.
struct rtt_bar {
  std::chrono::nanoseconds from{};  ///< 0 for the lowest number of the scale.
  std::chrono::nanoseconds to{};
  std::uint64_t count = 0;
  friend bool operator==(const rtt_bar&, const rtt_bar&) = default;
};

/// The bars from the shortest to the longest value, at most `bars_max` of them, between the finest
/// round numbers for which that is enough; `bars_max` is 10 or more. The last bar has whatever is
/// longer than all numbers, too. Empty if the histogram is.
std::vector<rtt_bar> rtt_bars(const latency_histogram& values, std::size_t bars_max);

struct histogram_style {
  int columns = 80;      ///< Width of the terminal.
  bool unicode = false;  ///< Bars of block elements rather than of `#`.
  bool colour = false;
};

/// The histogram in whole lines, of which there are `histogram_lines_max` at the most; nothing if
/// it is empty.
std::string render_histogram(const latency_histogram& values, const histogram_style& style);

inline constexpr std::size_t histogram_bars_max = 18;
inline constexpr std::size_t histogram_lines_max = histogram_bars_max + 1;

}  // namespace muster
