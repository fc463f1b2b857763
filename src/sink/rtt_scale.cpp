#include "sink/rtt_scale.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t decade_count = 9;  // from 1 µs

/// The numbers of a scale whose steps within a decade are given in hundredths.
template <std::size_t StepCount>
constexpr auto make_bounds(const std::array<int, StepCount>& steps) {
  std::array<std::int64_t, decade_count * StepCount + 1> bounds_ns{};
  std::int64_t hundredth_ns = 10;
  for (std::size_t i = 0; i < bounds_ns.size(); ++i) {
    bounds_ns[i] = hundredth_ns * steps[i % StepCount];
    if (i % StepCount == StepCount - 1) hundredth_ns *= 10;
  }
  return bounds_ns;
}

constexpr auto decades = make_bounds<1>({100});
constexpr auto one_two_five = make_bounds<3>({100, 200, 500});
constexpr auto tenths = make_bounds<10>({100, 125, 160, 200, 250, 320, 400, 500, 630, 800});

std::span<const std::int64_t> bounds_of(rtt_grain grain) {
  switch (grain) {
    case rtt_grain::decades:
      return decades;
    case rtt_grain::one_two_five:
      return one_two_five;
    case rtt_grain::tenths:
      break;
  }
  return tenths;
}

}  // namespace

unsigned rtt_scale_size(rtt_grain grain) { return static_cast<unsigned>(bounds_of(grain).size()); }

std::chrono::nanoseconds rtt_scale_bound(rtt_grain grain, unsigned index) {
  return std::chrono::nanoseconds{bounds_of(grain)[index]};
}

unsigned rtt_scale_index(rtt_grain grain, std::chrono::nanoseconds value) {
  const auto bounds = bounds_of(grain);
  const auto all_but_last = bounds.first(bounds.size() - 1);
  const auto found = std::lower_bound(all_but_last.begin(), all_but_last.end(), value.count());
  return static_cast<unsigned>(found - all_but_last.begin());
}

std::string rtt_scale_text(std::chrono::nanoseconds bound) {
  return fmt::format("{:.7g}", std::chrono::duration<double, std::milli>(bound).count());
}

}  // namespace muster
