#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace muster {

// Each appends to an `Out`, which is a std::string or has its `append` and `push_back`.

/// Appends `value` in decimal.
template <typename Out>
void append_integer(Out& out, std::integral auto value) {
  std::array<char, std::numeric_limits<decltype(value)>::digits10 + 2> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}
/// Appends the last `Digits` decimal digits of `value`, with leading zeros.
template <std::size_t Digits, typename Out>
void append_padded(Out& out, std::uint64_t value) {
  std::array<char, Digits> text;
  for (std::size_t i = Digits; i > 0; --i, value /= 10) {
    text[i - 1] = static_cast<char>('0' + value % 10);
  }
  out.append(text.data(), Digits);
}
/// Appends `value` in decimal, with a comma between thousands: 65,534.
void append_grouped(std::string& out, std::uint64_t value);
/// Appends a number per second: whole ones from 10 on, two digits of those that are smaller, and 0
/// below 0.01.
void append_rate(std::string& out, double per_second);
/// Appends `thousandths / 1000` with exactly three decimals: 45 is 0.045.
template <typename Out>
void append_thousandths(Out& out, std::uint64_t thousandths) {
  append_integer(out, thousandths / 1000);
  out.push_back('.');
  append_padded<3>(out, thousandths % 1000);
}
/// Appends a duration in milliseconds with three decimals, rounded to the nearest microsecond.
template <typename Out>
void append_milliseconds(Out& out, std::chrono::nanoseconds value) {
  const auto nanoseconds = static_cast<std::uint64_t>(value.count());
  const bool is_negative = value.count() < 0;
  const std::uint64_t microseconds = ((is_negative ? 0 - nanoseconds : nanoseconds) + 500) / 1000;
  if (is_negative && microseconds > 0) out.push_back('-');
  append_thousandths(out, microseconds);
}

/// Which part of `sent` packets is missing from `received`, in thousandths, rounded to nearest.
/// All of it was lost only if it says 1000, none of it only if it says 0.
std::uint64_t loss_thousandths(std::uint64_t sent, std::uint64_t received);

/// Writes points in time as `2026-01-31T08:15:00.123456Z` (ISO 8601, UTC). Remembers the last
/// second: results come many to the second, and the calendar is the dear part.
class timestamp_writer {
 public:
  template <typename Out>
  void append(Out& out, std::chrono::system_clock::time_point when) {
    const auto second = std::chrono::floor<std::chrono::seconds>(when);
    if (second != second_ || text_.empty()) begin_second(second);
    const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(when - second);
    out.append(text_.data(), text_.size());
    append_padded<6>(out, static_cast<std::uint64_t>(fraction.count()));
    out.push_back('Z');
  }

 private:
  void begin_second(std::chrono::sys_seconds second);

  std::chrono::sys_seconds second_{std::chrono::seconds{-1}};
  std::string text_;  // of `second_`, up to and including the point; empty before the first use
};

}  // namespace muster
