#include "numbers_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace muster::bench {

std::string grouped(std::uint64_t number) {
  const auto digits = fmt::format("{}", number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string count_text(double number) {
  return grouped(static_cast<std::uint64_t>(std::llround(number)));
}

std::string short_number(double value) {
  if (value == 0) return "0";
  if (value >= 999.5) return grouped(static_cast<std::uint64_t>(std::llround(value)));
  const int digits_before = static_cast<int>(std::floor(std::log10(std::fabs(value)))) + 1;
  const int decimals = digits_before >= 3 ? 0 : digits_before <= -2 ? 4 : 3 - digits_before;
  return fmt::format("{:.{}f}", value, decimals > 4 ? 4 : decimals);
}

std::string duration_text(double seconds) {
  if (seconds < 0) return "–";
  if (seconds < 0.9995e-3) return short_number(seconds * 1e6) + " µs";
  if (seconds < 0.9995) return short_number(seconds * 1e3) + " ms";
  return short_number(seconds) + " s";
}

std::string memory_text(double kib) {
  if (kib < 1023.5) return fmt::format("{:.0f} KiB", kib);
  if (kib < 1023.5 * 1024) return short_number(kib / 1024) + " MiB";
  return short_number(kib / 1024 / 1024) + " GiB";
}

std::string times_text(double ratio) { return short_number(ratio) + "×"; }

}  // namespace muster::bench
