#pragma once

#include "support/catch.hpp"
#include "targets/target_parser.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::test {

/// Parses text that has to be a target.
inline target_range parse_good(std::string_view text, bool all_addresses = false) {
  INFO("parsing " << text);
  auto range = parse_target(text, {all_addresses});
  if (!range) FAIL("refused: " << range.error().message);
  return std::move(*range);
}

/// Parses text that must not be a target; returns the message.
inline std::string parse_bad(std::string_view text) {
  INFO("parsing " << text);
  const auto range = parse_target(text, {});
  if (range) FAIL("not refused");
  return range.error().message;
}

inline std::vector<std::string> members(const target_range& range) {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < range.size(); ++i)
    out.push_back(range.at(i).to_string());
  return out;
}

inline std::vector<std::string> members(std::string_view text, bool all_addresses = false) {
  return members(parse_good(text, all_addresses));
}

}  // namespace muster::test
