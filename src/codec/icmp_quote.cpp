// Strategy: an ICMP error carries the beginning of the packet that caused it. Routers may quote as
// little as the IP header and 8 more bytes (RFC 792), which is just the echo header, or as much as
// fits, followed by extensions (RFC 4884) or padding. So everything up to the echo header has to be
// there, and the cookie is looked at only if it was quoted too. The quoted header's total length
// is not trusted, since some systems hand it back byte-swapped or less the header; it only ever
// shortens what is taken for payload.
#include "codec/icmp_quote.hpp"

#include "codec/echo_payload.hpp"
#include "codec/wire.hpp"

#include <algorithm>

namespace muster::codec::detail {

namespace {

constexpr std::size_t ipv4_header_bytes_min = 20;
constexpr std::size_t ipv6_header_bytes = 40;
constexpr std::uint8_t protocol_icmp = 1;

icmp_message of_kind(icmp_kind kind) {
  icmp_message result;
  result.kind = kind;
  return result;
}

/// The quoted packet without the extensions that may follow it. `length_bytes` is what the length
/// attribute says. RFC 4884 makes that at least 128; other values are what older routers left in
/// a field that was once unused, and don't count.
std::span<const std::byte> quoted_packet(std::span<const std::byte> error,
                                         std::size_t length_bytes) {
  constexpr std::size_t length_bytes_min = 128;
  const auto quoted = error.subspan(icmp_header_bytes);
  const bool has_length = length_bytes >= length_bytes_min && length_bytes <= quoted.size();
  return has_length ? quoted.first(length_bytes) : quoted;
}

/// `message` begins with the quoted ICMP header and goes on for as long as was quoted.
icmp_message read_quoted_echo(std::span<const std::byte> message, std::uint8_t echo_request,
                              ip_address destination, std::uint64_t secret) {
  if (message.size() < icmp_header_bytes) return of_kind(icmp_kind::malformed);
  if (read_u8(message, 0) != echo_request) return of_kind(icmp_kind::other);
  icmp_message result = of_kind(icmp_kind::error);
  result.checksum = read_u16(message, 2);
  result.id = read_u16(message, 4);
  result.seq = read_u16(message, 6);
  result.quoted_destination = destination;
  read_cookie(message.subspan(icmp_header_bytes), secret, result);
  return result;
}

/// Where the chain of extension headers (RFC 8200, 4) ends.
struct upper_layer {
  icmp_kind kind;      ///< `error` if it ends in an ICMPv6 header at `offset`.
  std::size_t offset;  ///< From the start of the packet.
};

upper_layer find_upper_layer(std::span<const std::byte> packet) {
  enum : std::uint8_t { hop_by_hop = 0, routing = 43, fragment = 44, icmpv6 = 58, options = 60 };
  constexpr std::size_t extension_bytes_min = 8;
  std::uint8_t next = read_u8(packet, 6);
  std::size_t offset = ipv6_header_bytes;
  for (std::size_t i = 0; i <= extension_headers_max; ++i) {
    if (next == icmpv6) return {icmp_kind::error, offset};
    if (next != hop_by_hop && next != routing && next != fragment && next != options) {
      return {icmp_kind::other, offset};
    }
    if (packet.size() - offset < extension_bytes_min) break;
    std::size_t bytes = extension_bytes_min;
    if (next == fragment) {
      // Any but the first fragment has no ICMPv6 header to show.
      if (read_u16(packet, offset + 2) >> 3 != 0) return {icmp_kind::other, offset};
    } else {
      bytes += std::size_t{read_u8(packet, offset + 1)} * 8;
    }
    if (packet.size() - offset < bytes) break;
    next = read_u8(packet, offset);
    offset += bytes;
  }
  return {icmp_kind::malformed, offset};
}

}  // namespace

icmp_message read_quote_v4(std::span<const std::byte> error, std::uint64_t secret) {
  // The length attribute counts 32-bit words (RFC 4884, 4.1).
  const auto packet = quoted_packet(error, std::size_t{read_u8(error, 5)} * 4);
  if (packet.size() < ipv4_header_bytes_min || read_u8(packet, 0) >> 4 != 4) return {};
  const std::size_t header_bytes = (read_u8(packet, 0) & 0x0fu) * 4u;
  if (header_bytes < ipv4_header_bytes_min || packet.size() < header_bytes + icmp_header_bytes) {
    return {};
  }
  const bool first_fragment = (read_u16(packet, 6) & 0x1fff) == 0;
  if (read_u8(packet, 9) != protocol_icmp || !first_fragment) return of_kind(icmp_kind::other);

  const std::size_t total_bytes =
      std::max<std::size_t>(read_u16(packet, 2), header_bytes + icmp_header_bytes);
  return read_quoted_echo(packet.first(std::min(packet.size(), total_bytes)).subspan(header_bytes),
                          echo_request_v4, ip_address::from_v4(read_u32(packet, 16)), secret);
}

icmp_message read_quote_v6(std::span<const std::byte> error, std::uint64_t secret) {
  // Unreachable and time exceeded have a length attribute, in 64-bit words (RFC 4884, 4.4 and
  // 4.5); the other errors have a number in its place.
  const std::uint8_t type = read_u8(error, 0);
  const bool has_attribute = type == 1 || type == 3;
  const auto packet = quoted_packet(error, has_attribute ? std::size_t{read_u8(error, 4)} * 8 : 0);
  if (packet.size() < ipv6_header_bytes || read_u8(packet, 0) >> 4 != 6) return {};

  const upper_layer upper = find_upper_layer(packet);
  if (upper.kind != icmp_kind::error) return of_kind(upper.kind);
  const std::size_t total_bytes =
      std::max(ipv6_header_bytes + read_u16(packet, 4), upper.offset + icmp_header_bytes);
  const auto destination = ip_address::from_bits(read_u64(packet, 24), read_u64(packet, 32));
  return read_quoted_echo(packet.first(std::min(packet.size(), total_bytes)).subspan(upper.offset),
                          echo_request_v6, destination, secret);
}

}  // namespace muster::codec::detail
