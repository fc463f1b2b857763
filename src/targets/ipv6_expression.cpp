#include "targets/address_expression.hpp"
#include "targets/prefix_length.hpp"

#include <fmt/format.h>

namespace muster {
namespace {

parsed<ip_address> parse_ipv6_address(std::string_view text) {
  const auto address = ip_address::parse(text);
  if (address && text.find(':') != text.npos) return *address;
  if (text.empty()) return parse_error{"the range has no start or no end: write ::1-::ff"};
  if (text.find_first_not_of("0123456789abcdefABCDEF:.") != text.npos) {
    return parse_error{
        fmt::format("'{}' has more than one colon but is not an IPv6 address", excerpt(text))};
  }
  return parse_error{
      fmt::format("'{}' is not an IPv6 address; a port goes after brackets, as in [2001:db8::1]:80",
                  excerpt(text))};
}

parsed<address_expression> parse_block(std::string_view text) {
  const auto address = parse_ipv6_address(text.substr(0, text.find('/')));
  if (!address) return address.error();
  const auto bits = parse_prefix_length(text, 128);
  if (!bits) return bits.error();
  return address_expression{address_block::of_prefix(*address, *bits)};
}

}  // namespace

parsed<address_expression> parse_ipv6_expression(std::string_view text) {
  if (text.find('/') != text.npos) return parse_block(text);
  const std::size_t dash = text.find('-');
  const auto first = parse_ipv6_address(text.substr(0, dash));
  if (!first) return first.error();
  if (dash == text.npos) return address_expression{address_block{*first, *first}};
  const auto last = parse_ipv6_address(text.substr(dash + 1));
  if (!last) return last.error();
  if (*last < *first) {
    return parse_error{fmt::format("the range runs backwards: write {}-{}", last->to_string(),
                                   first->to_string())};
  }
  return address_expression{address_block{*first, *last}};
}

}  // namespace muster
