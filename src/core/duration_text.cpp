#include "core/duration_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace muster {
namespace {

struct unit {
  std::string_view name;
  double nanoseconds;
};
constexpr std::array units{unit{"", 1e9},  unit{"ns", 1},   unit{"us", 1e3},  unit{"ms", 1e6},
                           unit{"s", 1e9}, unit{"m", 6e10}, unit{"h", 3.6e12}};
constexpr double nanoseconds_max = 366.0 * 24 * 3600 * 1e9;

}  // namespace

parsed<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto bad = [text](std::string_view why) {
    return parse_error{"'" + excerpt(text) + "' " + std::string{why} +
                       "; write a number and a unit, such as 3s, 250ms, 1.5m or 1h"};
  };
  if (error != std::errc{} || !std::isfinite(number)) return bad("is no length of time");
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const unit& one : units) {
    if (one.name != name) continue;
    const double value = number * one.nanoseconds;
    if (value < 0) return bad("is negative");
    if (value > nanoseconds_max) return bad("is over a year");
    return std::chrono::nanoseconds{static_cast<std::int64_t>(std::llround(value))};
  }
  return bad("has an unknown unit");
}

std::string duration_text(std::chrono::nanoseconds value) {
  const double seconds = std::chrono::duration<double>(value).count();
  if (seconds < 60) return fmt::format("{:.2f} s", seconds);
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(value).count();
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace muster
