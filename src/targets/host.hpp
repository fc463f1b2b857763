#pragma once

#include "core/ascii.hpp"
#include "core/parsed.hpp"
#include "muster/address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// A host as it is written where only one can stand: an IPv4 address or a name.
struct host {
  ip_address address;  ///< Meaningless when there is a name.
  std::string name;    ///< In lower case; empty for an address. May end in a dot.
};

/// Parses an IPv4 address or a host name: letters, digits, hyphens and underscores in any order, as
/// the DNS holds them (RFC 2181, 11), and a name's last label not a number (else `010.1` would be a
/// name, or an address, as one likes).
parsed<host> parse_host(std::string_view text);

/// Parses a port, 1 to 65535.
parsed<std::uint16_t> parse_port(std::string_view text);

/// A character of a name in lower case.
constexpr bool may_stand_in_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}
/// RFC 1035, 2.3.4, without the trailing dot.
constexpr std::size_t name_bytes_max = 253;
constexpr std::size_t label_bytes_max = 63;

}  // namespace muster
