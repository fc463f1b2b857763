// Strategy: an expression that is neither a block nor a range of whole addresses is four lists of
// octet values. Lists that happen to enumerate neighbours only, such as 10.0.0.5-20, become a plain
// block, which is the fastest to walk.
#include "core/ascii.hpp"
#include "targets/address_expression.hpp"
#include "targets/prefix_length.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace muster {
namespace {

using octet_sets = std::array<octet_set, 4>;

parsed<std::uint32_t> parse_octet(std::string_view text) {
  if (text.empty()) return parse_error{"a number is missing: an IPv4 address has four"};
  if (text == "*") return parse_error{"write 0-255 instead of *"};
  if (!std::all_of(text.begin(), text.end(), is_digit)) {
    return parse_error{fmt::format("'{}' is not a number from 0 to 255", excerpt(text))};
  }
  if (text.size() > 1 && text.front() == '0') {
    const std::size_t significant = std::min(text.find_first_not_of('0'), text.size() - 1);
    return parse_error{
        fmt::format("the leading zero of {} is ambiguous (octal to some programs): write {}",
                    excerpt(text), excerpt(text.substr(significant)))};
  }
  constexpr std::size_t digits_max = 3;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, digits_max)) {
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > 255 || text.size() > digits_max) {
    return parse_error{
        fmt::format("{} is too large: each number of an IPv4 address is 0 to 255", excerpt(text))};
  }
  return value;
}

/// Adds `5` or `5-20` to `octets`; returns an empty message, or what is wrong.
std::string add_octet_range(std::string_view text, octet_set& octets) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) {
    const auto value = parse_octet(text);
    if (!value) return value.error().message;
    octets.set(*value);
    return {};
  }
  if (dash == 0) return fmt::format("the range {} has no start", excerpt(text));
  if (dash + 1 == text.size()) return fmt::format("the range {} has no end", excerpt(text));
  const auto first = parse_octet(text.substr(0, dash));
  if (!first) return first.error().message;
  const auto last = parse_octet(text.substr(dash + 1));
  if (!last) return last.error().message;
  if (*first > *last) {
    return fmt::format("the range {} runs backwards: write {}-{}", excerpt(text), *last, *first);
  }
  for (std::uint32_t value = *first; value <= *last; ++value)
    octets.set(value);
  return {};
}

std::string add_octet_list(std::string_view text, octet_set& octets) {
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string wrong = add_octet_range(text.substr(0, comma), octets);
    if (!wrong.empty() || comma == text.size()) return wrong;
    text.remove_prefix(comma + 1);
  }
}

parse_error not_four_numbers(std::string_view text, std::size_t count) {
  if (count > 4 && text.find(',') != text.npos) {
    return {"several targets in one: write one target a line, or an argument each"};
  }
  std::string message = fmt::format("an IPv4 address has four numbers, not {}", count);
  // A number longer than that is no part of an address, nor is a block of everything meant.
  const bool is_part = text.find_first_of("123456789") != text.npos && text.size() < 4 * count &&
                       text.find("..") == text.npos && text.front() != '.' && text.back() != '.';
  if (count < 4 && is_part &&
      std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; })) {
    message += fmt::format(": write {}", excerpt(text));
    for (std::size_t missing = count; missing < 4; ++missing)
      message += ".0";
    message += fmt::format("/{} for the whole block", 8 * count);
  }
  return {std::move(message)};
}

parsed<octet_sets> parse_octet_sets(std::string_view text) {
  const auto dots = static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
  if (dots != 3) return not_four_numbers(text, dots + 1);
  octet_sets sets;
  for (octet_set& octets : sets) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    std::string wrong = add_octet_list(text.substr(0, dot), octets);
    if (!wrong.empty()) return parse_error{std::move(wrong)};
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return sets;
}

parsed<address_expression> parse_block(std::string_view text, bool all_addresses) {
  const auto address = parse_ipv4_address(text.substr(0, text.find('/')));
  if (!address) return address.error();
  const auto bits = parse_prefix_length(text, 32);
  if (!bits) return bits.error();
  address_block block = address_block::of_prefix(*address, 96 + *bits);
  if (*bits <= 30 && !all_addresses) {
    block = {block.first.plus(1), ip_address::from_v4(block.last.v4() - 1)};
  }
  return address_expression{block};
}

parsed<address_expression> parse_address_range(ip_address first, std::string_view last_text) {
  const auto last = parse_ipv4_address(last_text);
  if (!last) return parse_error{"the end of the range: " + last.error().message};
  if (*last < first) {
    return parse_error{
        fmt::format("the range runs backwards: write {}-{}", last->to_string(), first.to_string())};
  }
  return address_expression{address_block{first, *last}};
}

}  // namespace

bool looks_like_ipv4(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit) &&
         text.find_first_not_of("0123456789.,-*") == text.npos;
}

parsed<ip_address> parse_ipv4_address(std::string_view text) {
  if (const auto address = ip_address::parse(text)) {
    if (text.find(':') == text.npos) return *address;
  }
  if (auto sets = parse_octet_sets(text); !sets) return std::move(sets.error());
  return parse_error{fmt::format("{} is a range where one address is needed", excerpt(text))};
}

parsed<address_expression> parse_ipv4_expression(std::string_view text, bool all_addresses) {
  if (text.find('/') != text.npos) return parse_block(text, all_addresses);
  const std::size_t dash = std::min(text.find('-'), text.size());
  const auto first = ip_address::parse(text.substr(0, dash));
  if (first && dash == text.size()) return address_expression{address_block{*first, *first}};
  const std::string_view last_text = text.substr(std::min(dash + 1, text.size()));
  if (first && last_text.find('.') != text.npos) return parse_address_range(*first, last_text);
  const auto sets = parse_octet_sets(text);
  if (!sets) return sets.error();
  octet_ranges octets{*sets};
  if (octets.is_contiguous()) {
    return address_expression{address_block{octets.first(), octets.last()}};
  }
  return address_expression{std::move(octets)};
}

}  // namespace muster
