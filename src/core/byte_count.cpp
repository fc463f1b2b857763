#include "core/byte_count.hpp"

#include "core/ascii.hpp"
#include "core/whole_number.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <fmt/format.h>

namespace muster {
namespace {

/// How often 1024 is in a unit; -1 for what is none.
int power_of(std::string_view unit) {
  constexpr std::string_view prefixes = "kmgtpe";
  std::string word = lowered(unit);
  if (word.empty() || word == "b") return 0;
  const std::size_t power = prefixes.find(word.front());
  const std::string_view rest = std::string_view{word}.substr(1);
  const bool is_unit = rest.empty() || rest == "b" || rest == "i" || rest == "ib";
  return power == prefixes.npos || !is_unit ? -1 : static_cast<int>(power) + 1;
}

}  // namespace

parsed<std::uint64_t> parse_bytes(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string_view unit = text.substr(digits);
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  std::uint64_t value = 0;
  const int power = power_of(unit);
  bool is_one = read_whole(text.substr(0, digits), value) && power >= 0;
  for (int i = 0; is_one && i < power; ++i) {
    is_one = value <= std::numeric_limits<std::uint64_t>::max() / 1024;
    value *= 1024;
  }
  if (is_one) return value;
  return parse_error{fmt::format(
      "'{}' is no number of bytes; write a whole number, such as 65536, 64k or 1M", excerpt(text))};
}

}  // namespace muster
