#include "core/status_code_list.hpp"

#include "core/number_ranges.hpp"
#include "core/whole_number.hpp"

#include <bitset>
#include <optional>
#include <utility>

namespace muster {
namespace {

constexpr unsigned code_min = 100;
constexpr unsigned code_max = 999;

/// 404, or 4xx for 400 to 499.
std::optional<std::pair<unsigned, unsigned>> parse_codes(std::string_view text) {
  unsigned code = 0;
  if (text.size() != 3) return std::nullopt;
  if (text.ends_with("xx") || text.ends_with("XX")) {
    if (!read_whole(text.substr(0, 1), code) || code == 0) return std::nullopt;
    return std::pair{code * 100, code * 100 + 99};
  }
  if (!read_whole(text, code) || code < code_min) return std::nullopt;
  return std::pair{code, code};
}

/// Each run of codes as one range.
std::vector<status_codes::range> ranges_of(const std::bitset<code_max + 2>& codes) {
  std::vector<status_codes::range> ranges;
  for (unsigned code = code_min; code <= code_max; ++code) {
    if (!codes.test(code)) continue;
    const unsigned first = code;
    while (codes.test(code + 1))
      ++code;
    ranges.push_back({static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(code)});
  }
  return ranges;
}

}  // namespace

parsed<status_codes> parse_status_codes(std::string_view text) {
  if (text == "any") return status_codes::any();
  std::bitset<code_max + 2> codes;
  const auto wrong =
      read_ranges(text, "is no status code", parse_codes, [&](unsigned first, unsigned last, bool) {
        for (unsigned code = first; code <= last; ++code)
          codes.set(code);
      });
  if (!wrong) return status_codes{ranges_of(codes)};
  return parse_error{"'" + excerpt(wrong->piece) + "' " + std::string{wrong->why} +
                     "; write codes such as 200,204,300-399,4xx, or any"};
}

}  // namespace muster
