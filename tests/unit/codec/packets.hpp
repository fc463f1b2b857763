#pragma once

#include "codec/checksum.hpp"
#include "codec/icmp_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <vector>

namespace muster::test {

// Packets as the tests build them. The plain parts are written out byte by byte, as a capture
// would show them; lengths and checksums are put right only where a test says so.

using packet = std::vector<std::byte>;

inline constexpr std::uint64_t secret = 0x0123'4567'89ab'cdef;
inline constexpr codec::echo_key key{0x1234, 0x0007, 0x1122'3344'5566'7788, secret};

inline packet bytes(std::initializer_list<int> values) {
  packet result;
  for (const int value : values)
    result.push_back(static_cast<std::byte>(value));
  return result;
}

inline packet operator+(packet left, const packet& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline void set_u16(packet& to, std::size_t offset, std::size_t value) {
  to[offset] = static_cast<std::byte>(value >> 8);
  to[offset + 1] = static_cast<std::byte>(value & 0xff);
}

/// Puts the checksum of the ICMP message that begins at `begin` right.
inline packet with_checksum(packet message, std::size_t begin = 0) {
  set_u16(message, begin + 2, 0);
  const std::uint16_t sum = codec::internet_checksum(std::span{message}.subspan(begin));
  std::memcpy(message.data() + begin + 2, &sum, sizeof sum);
  return message;
}

/// An IPv4 header from 192.168.0.1 to 192.168.0.17 with TTL 57, then `options`, then `payload`.
inline packet ipv4(const packet& payload, int protocol = 1, const packet& options = {}) {
  packet header = bytes({0x45, 0x00, 0,   0,   0xbe, 0xef, 0x40, 0x00, 57, protocol,
                         0xab, 0xcd, 192, 168, 0,    1,    192,  168,  0,  17});
  header[0] = static_cast<std::byte>(0x40 + (header.size() + options.size()) / 4);
  set_u16(header, 2, header.size() + options.size() + payload.size());
  return header + options + payload;
}

/// An IPv6 header from fe80::1 to 2001:db8::42.
inline packet ipv6(const packet& payload, int next_header = 58) {
  packet header = bytes({0x60, 0, 0, 0, 0, 0, next_header, 64});
  set_u16(header, 4, payload.size());
  header = header + bytes({0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  header = header + bytes({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42});
  return header + payload;
}

inline packet request(codec::ip_family family, std::size_t payload_bytes = 56,
                      const codec::echo_key& with = key) {
  packet out(codec::icmp_header_bytes + payload_bytes);
  codec::write_echo_request(out, family, with, payload_bytes);
  return out;
}

/// What a host sends back for `request(family, …)`.
inline packet reply(codec::ip_family family, std::size_t payload_bytes = 56,
                    const codec::echo_key& with = key) {
  packet message = request(family, payload_bytes, with);
  const bool v4 = family == codec::ip_family::v4;
  message[0] = static_cast<std::byte>(v4 ? 0 : 129);
  return v4 ? with_checksum(message) : message;
}

/// An IPv4 packet with an ICMP error in it that quotes `quoted`. `rest` is the header's last word.
inline packet error_v4(int type, int code, const packet& quoted, const packet& rest = packet(4)) {
  return ipv4(with_checksum(bytes({type, code, 0, 0}) + rest + quoted));
}

/// The same for ICMPv6, as a socket delivers it: without an IPv6 header.
inline packet error_v6(int type, int code, const packet& quoted, const packet& rest = packet(4)) {
  return bytes({type, code, 0, 0}) + rest + quoted;
}

inline packet first(const packet& from, std::size_t count) {
  return {from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace muster::test
