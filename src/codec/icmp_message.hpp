#pragma once

#include "muster/address.hpp"
#include "muster/status.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace muster::codec {

/// Type, code, checksum, identifier, sequence (RFC 792, RFC 4443).
inline constexpr std::size_t icmp_header_bytes = 8;
/// What identifies a probe in the payload: its number and a keyed hash, 8 bytes each.
inline constexpr std::size_t cookie_bytes = 16;
/// The largest payload that fits an IPv4 datagram without options.
inline constexpr std::size_t icmp_payload_bytes_max = 65'507;

enum class ip_family : std::uint8_t { v4, v6 };

/// What a probe's echo request carries to be told from any other.
struct echo_key {
  std::uint16_t id;
  std::uint16_t seq;
  std::uint64_t number;  ///< The probe's unique number.
  std::uint64_t secret;  ///< Random, one per process; never on the wire.
};

/// Writes an echo request of `icmp_header_bytes + payload_bytes` into `out` and returns its size.
/// The payload is the number (8 bytes, big endian), a SipHash-2-4 of number, id and seq under the
/// secret, and incrementing bytes; a shorter one carries as many of these bytes as fit. The
/// checksum is filled in for IPv4 and left 0 for IPv6, where the kernel computes it over addresses
/// that only it knows. Throws std::length_error if `out` is too small or the payload over
/// `icmp_payload_bytes_max`.
std::size_t write_echo_request(std::span<std::byte> out, ip_family family, const echo_key& key,
                               std::size_t payload_bytes);

/// Turns a whole message that `write_echo_request` wrote for the same family into the request for
/// `key`: rewrites id, seq, cookie and checksum, and nothing else. Throws std::length_error if
/// there is no room for an ICMP header.
void rewrite_echo_request(std::span<std::byte> message, ip_family family, const echo_key& key);

enum class icmp_kind : std::uint8_t {
  echo_reply,  ///< An echo reply, ours or anybody's.
  error,       ///< An ICMP error about an echo request, ours or anybody's.
  other,       ///< Well-formed, but neither: a request, a redirect, an error about a TCP segment.
  malformed,   ///< Truncated, contradictory, or with a wrong checksum.
};

/// What a received packet says. Only `kind` means anything for `other` and `malformed`.
struct icmp_message {
  icmp_kind kind = icmp_kind::malformed;
  std::uint16_t id = 0;           ///< Of the reply, or of the quoted request for errors.
  std::uint16_t seq = 0;          ///< The same.
  bool has_number = false;        ///< The cookie was there and its hash is right.
  bool foreign_payload = false;   ///< The bytes of a cookie were there, but the hash is wrong.
  bool payload_intact = true;     ///< Replies: what followed the cookie came back as it was sent.
  std::uint64_t number = 0;       ///< The probe's number; only when `has_number`.
  std::uint16_t bytes = 0;        ///< Size of the received ICMP message, header included.
  std::uint8_t ttl = 0;           ///< From the IP header, if there was one.
  reason error = reason::none;    ///< Errors: what went wrong.
  std::uint16_t checksum = 0;     ///< Errors: the quoted request's ICMP checksum, as quoted.
  ip_address quoted_destination;  ///< Errors: where the quoted request was going.
};

/// The checksum of a message that `write_echo_request` or `rewrite_echo_request` wrote.
std::uint16_t checksum_of(std::span<const std::byte> message);

/// Reads a packet from a raw IPv4 socket, which begins with its IP header. Checks that header's
/// own length, its total length against what was received, its protocol, and the ICMP checksum,
/// because a raw socket sees packets before the kernel has looked at any of this.
icmp_message parse_raw_v4(std::span<const std::byte> packet, std::uint64_t secret);

/// Reads a message from an IPv4 datagram ("ping") socket. It begins with the ICMP header; the
/// kernel has checked the checksum.
icmp_message parse_datagram_v4(std::span<const std::byte> message, std::uint64_t secret);

/// Reads a message from a raw or datagram ICMPv6 socket. It begins with the ICMPv6 header; the
/// kernel has checked the checksum.
icmp_message parse_v6(std::span<const std::byte> message, std::uint64_t secret);

/// Reads the cookie of an echo request that the system has handed back, from its ICMP header on,
/// into a message whose id and seq are that request's. Does nothing if it was cut off before it.
void recognise_echo(std::span<const std::byte> request, std::uint64_t secret,
                    icmp_message& message);

/// The reason for an ICMP type and code (RFC 792, 1122, 1812); none if it is not an error that
/// ends a probe, such as a redirect, a source quench (RFC 6633) or an unassigned code.
reason reason_of_v4(std::uint8_t type, std::uint8_t code);

/// The same for ICMPv6 (RFC 4443, RFC 6550).
reason reason_of_v6(std::uint8_t type, std::uint8_t code);

}  // namespace muster::codec
