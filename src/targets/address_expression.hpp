#pragma once

#include "core/parsed.hpp"
#include "targets/address_block.hpp"
#include "targets/octet_ranges.hpp"

#include <string_view>
#include <variant>

namespace muster {

/// One address or several, as CIDR notation (RFC 4632, RFC 4291), a range or octet ranges.
using address_expression = std::variant<address_block, octet_ranges>;

/// True when `text` can only be meant as IPv4: digits and `.,-*`.
bool looks_like_ipv4(std::string_view text);

/// Parses exactly one dotted-quad address; the error says which part is wrong.
parsed<ip_address> parse_ipv4_address(std::string_view text);

/// Parses `10.0.0.1`, `10.0.0.0/24`, `10.0.0.5-10.0.1.9`, `10.0.0.5-20` or `10.0.0-3.1,5,9`. A
/// block of /30 or larger leaves out its network and broadcast addresses, unless `all_addresses`.
parsed<address_expression> parse_ipv4_expression(std::string_view text, bool all_addresses);

/// Parses `::1`, `2001:db8::/64` or `::1-::ff`, without brackets, zone or port.
parsed<address_expression> parse_ipv6_expression(std::string_view text);

}  // namespace muster
