#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::codec {

/// Types of records that are looked at, of those that IANA lists.
namespace dns_type {
inline constexpr std::uint16_t a = 1;
inline constexpr std::uint16_t ns = 2;
inline constexpr std::uint16_t cname = 5;
inline constexpr std::uint16_t soa = 6;
inline constexpr std::uint16_t ptr = 12;
inline constexpr std::uint16_t mx = 15;
inline constexpr std::uint16_t txt = 16;
inline constexpr std::uint16_t aaaa = 28;
inline constexpr std::uint16_t srv = 33;
inline constexpr std::uint16_t dname = 39;
inline constexpr std::uint16_t opt = 41;
inline constexpr std::uint16_t ds = 43;
inline constexpr std::uint16_t dnskey = 48;
inline constexpr std::uint16_t any = 255;
inline constexpr std::uint16_t caa = 257;
}  // namespace dns_type

/// `MX`; `TYPE65` for a type without a name here (RFC 3597, 5).
std::string dns_type_text(std::uint16_t type);
/// Reads either form, in either case; nothing for what is none.
std::optional<std::uint16_t> parse_dns_type(std::string_view text);

inline constexpr std::uint16_t dns_class_internet = 1;
/// `CH`; `CLASS9` for a class without a name here (RFC 3597, 5).
std::string dns_class_text(std::uint16_t record_class);
/// Reads either form, in either case; nothing for what is none.
std::optional<std::uint16_t> parse_dns_class(std::string_view text);

/// The largest response code, with the upper bits that EDNS adds (RFC 6891, 6.1.3).
inline constexpr std::uint16_t dns_rcode_max = 0xfff;
/// `NXDOMAIN`; `RCODE12` for a code without a name.
std::string dns_rcode_text(std::uint16_t rcode);
/// Reads either form, in either case, or the number alone; nothing for what is none.
std::optional<std::uint16_t> parse_dns_rcode(std::string_view text);

}  // namespace muster::codec
