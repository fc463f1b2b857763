#include "targets/listed_target.hpp"

#include "targets/address_expression.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace muster {
namespace {

std::string with_port(std::string_view host, std::string_view port) {
  const bool is_v6 = host.find(':') != host.npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

/// How lines of masscan's -oL begin: `open tcp 22 10.0.0.1 1390380064`.
constexpr std::string_view masscan_open = "open tcp ";

/// The target in such a line, or the line itself if it is none after all.
std::string open_port_of(std::string_view line) {
  std::array<std::string_view, 3> words;  // port, address, time
  std::string_view rest = line.substr(masscan_open.size());
  for (std::string_view& word : words) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto [port, address, time] = words;
  const auto known = ip_address::parse(address);
  if (!rest.empty() || time.empty() || !known) return std::string{line};
  return with_port(address, port);
}

/// Whether a text is one address or one name, and nothing else: no range of one, no port.
bool is_whole_host(std::string_view text, const target_parser_options& options) {
  if (ip_address::parse(text)) return true;
  if (text.empty() || looks_like_ipv4(text)) return false;
  const auto range = parse_target(text, options);
  const target* single = range ? range->single() : nullptr;
  return single && single->port() == 0 &&
         (single->form() == target_form::name || single->form() == target_form::address);
}

}  // namespace

parsed<target_range> parse_listed_target(std::string_view text,
                                         const target_parser_options& options) {
  const bool may_be_open = text.starts_with(masscan_open);
  if (options.any_line || (!may_be_open && text.find(',') == text.npos)) {
    return parse_target(text, options);
  }
  if (may_be_open) return parse_target(open_port_of(text), options);
  const std::size_t comma = text.find(',');
  const std::string_view host = text.substr(0, comma);
  const std::string_view behind = text.substr(comma + 1);
  const bool is_digits = behind.find_first_not_of("0123456789,-") == behind.npos;
  const std::string_view first = behind.substr(0, behind.find_first_of(",-"));
  if (!is_digits || first.empty() || !is_whole_host(host, options)) {
    return parse_target(text, options);
  }
  if (first.size() == behind.size()) return parse_target(with_port(host, first), options);
  if (!looks_like_ipv4(host)) {
    return parse_error{fmt::format("several ports in one: write {}, a line for each",
                                   excerpt(with_port(host, first)))};
  }
  const auto octets =
      fmt::format("{}-{},{}", host, host.substr(host.rfind('.') + 1), excerpt(behind));
  const bool can_be = static_cast<bool>(parse_target(octets, options));
  return parse_error{fmt::format("ports or addresses? Write {}:{}, a line for each port{}", host,
                                 excerpt(first),
                                 can_be ? fmt::format(", or {} for addresses", octets) : "")};
}

}  // namespace muster
