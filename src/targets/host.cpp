#include "targets/host.hpp"

#include "core/ascii.hpp"
#include "targets/address_expression.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace muster {
namespace {

bool is_hex_digit(char c) { return hex_value(c) >= 0; }

/// Resolvers would take these for IPv4 addresses, each in its own way.
bool is_number(std::string_view label) {
  if (std::all_of(label.begin(), label.end(), is_digit)) return true;
  return label.substr(0, 2) == "0x" && std::all_of(label.begin() + 2, label.end(), is_hex_digit);
}

parse_error bad_character(std::string_view name, char c) {
  switch (c) {
    case ',':
      return {"several targets in one: write one target a line, or an argument each"};
    case '*':
      return {"a name can't have a wildcard: write out each name"};
    case '@':
      return {"a user name has no place in a target: write what follows the @"};
    default:
      return {fmt::format("the character '{}' has no place in the host name '{}'", excerpt({&c, 1}),
                          excerpt(name))};
  }
}

/// What is wrong with one label of `name`; empty when nothing is.
std::string check_label(std::string_view label, std::string_view name) {
  if (label.empty()) {
    return fmt::format("the host name '{}' has an empty part between its dots", excerpt(name));
  }
  if (label.size() > label_bytes_max) {
    return fmt::format("'{}' is too long for a part of a host name: at most {} characters",
                       excerpt(label), label_bytes_max);
  }
  return {};
}

parsed<host> parse_name(std::string name) {
  const auto bad = std::find_if_not(name.begin(), name.end(), may_stand_in_name);
  if (bad != name.end()) return bad_character(name, *bad);
  std::string_view rest = name;
  if (rest.size() > 1 && rest.back() == '.') rest.remove_suffix(1);
  if (rest.size() > name_bytes_max) {
    return parse_error{
        fmt::format("the host name is too long: at most {} characters", name_bytes_max)};
  }
  while (true) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view label = rest.substr(0, dot);
    if (std::string wrong = check_label(label, name); !wrong.empty()) {
      return parse_error{std::move(wrong)};
    }
    if (dot == rest.size() && is_number(label)) {
      return parse_error{
          fmt::format("'{}' ends in a number, which neither a host name nor an "
                      "IPv4 address of four decimal numbers does",
                      excerpt(name))};
    }
    if (dot == rest.size()) break;
    rest.remove_prefix(dot + 1);
  }
  return host{{}, std::move(name)};
}

}  // namespace

parsed<host> parse_host(std::string_view text) {
  if (text.empty()) return parse_error{"the host is missing"};
  if (looks_like_ipv4(text)) {
    auto address = parse_ipv4_address(text);
    if (!address) return std::move(address.error());
    return host{*address, {}};
  }
  std::string name{text};
  std::transform(name.begin(), name.end(), name.begin(), to_lower);
  return parse_name(std::move(name));
}

parsed<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty())
    return parse_error{"the port after ':' is missing: write 1 to 65535, or no ':'"};
  if (text.find_first_not_of("0123456789,-") == text.npos &&
      text.find_first_of(",-") != text.npos) {
    return parse_error{"a target has one port: probe several with a TCP probe's list of ports"};
  }
  if (!std::all_of(text.begin(), text.end(), is_digit)) {
    return parse_error{
        fmt::format("'{}' is not a port: write a number from 1 to 65535", excerpt(text))};
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || port == 0) {
    return parse_error{fmt::format("the port {} is out of range: 1 to 65535", excerpt(text))};
  }
  return port;
}

}  // namespace muster
