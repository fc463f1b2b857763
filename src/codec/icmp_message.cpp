#include "codec/icmp_message.hpp"

#include "codec/checksum.hpp"
#include "codec/echo_payload.hpp"
#include "codec/icmp_quote.hpp"
#include "codec/wire.hpp"

#include <cstring>
#include <stdexcept>

namespace muster::codec {

namespace {

constexpr std::uint8_t echo_reply_v4 = 0;
constexpr std::uint8_t echo_reply_v6 = 129;

constexpr std::size_t checksum_offset = 2;
constexpr std::size_t id_offset = 4;
constexpr std::size_t seq_offset = 6;

constexpr std::size_t ipv4_header_bytes_min = 20;
constexpr std::uint8_t protocol_icmp = 1;

icmp_message read_echo_reply(std::span<const std::byte> message, std::uint64_t secret) {
  icmp_message result;
  result.kind = icmp_kind::echo_reply;
  result.id = read_u16(message, id_offset);
  result.seq = read_u16(message, seq_offset);
  const auto payload = message.subspan(icmp_header_bytes);
  detail::read_cookie(payload, secret, result);
  result.payload_intact = detail::each_pattern_part(payload, [](auto part, auto pattern) {
    return std::memcmp(part.data(), pattern.data(), part.size()) == 0;
  });
  return result;
}

/// `message` is an ICMP message whose checksum has been dealt with.
icmp_message parse_message(std::span<const std::byte> message, ip_family family,
                           std::uint64_t secret) {
  // Truncated below what every message must have, or larger than any IP datagram can be.
  if (message.size() < icmp_header_bytes || message.size() > 0xffff) return {};
  const std::uint8_t type = read_u8(message, 0);
  const std::uint8_t code = read_u8(message, 1);
  const bool v4 = family == ip_family::v4;

  icmp_message result;
  // A reply's code should be 0, but says nothing if it isn't: the host has answered.
  if (type == (v4 ? echo_reply_v4 : echo_reply_v6)) {
    result = read_echo_reply(message, secret);
  } else if (const reason why = v4 ? reason_of_v4(type, code) : reason_of_v6(type, code);
             why != reason::none) {
    result = v4 ? detail::read_quote_v4(message, secret) : detail::read_quote_v6(message, secret);
    if (result.kind == icmp_kind::error) result.error = why;
  } else {
    result.kind = icmp_kind::other;
  }
  result.bytes = static_cast<std::uint16_t>(message.size());
  return result;
}

void write_varying_part(std::span<std::byte> message, ip_family family, const echo_key& key) {
  // One store for the header, with a checksum of zero: the sum below reads it back as one word, and
  // would have to wait for several narrower stores.
  const std::uint64_t type_and_code = read_u16(message, 0);
  write_u64(message, 0, type_and_code << 48 | std::uint64_t{key.id} << 16 | key.seq);
  const auto cookie = detail::make_cookie(key);
  const auto payload = message.subspan(icmp_header_bytes);
  if (payload.size() >= cookie.size()) {
    // The usual case by itself: a copy of constant size is two stores.
    std::memcpy(payload.data(), cookie.data(), cookie.size());
  } else {
    std::memcpy(payload.data(), cookie.data(), payload.size());
  }
  if (family == ip_family::v6) return;
  const std::uint16_t checksum = internet_checksum(message);
  std::memcpy(message.data() + checksum_offset, &checksum, sizeof checksum);
}

}  // namespace

std::size_t write_echo_request(std::span<std::byte> out, ip_family family, const echo_key& key,
                               std::size_t payload_bytes) {
  if (payload_bytes > icmp_payload_bytes_max) {
    throw std::length_error("an ICMP payload of more than 65,507 bytes fits no packet");
  }
  const std::size_t size = icmp_header_bytes + payload_bytes;
  if (out.size() < size) throw std::length_error("no room for the ICMP echo request");
  const auto message = out.first(size);
  write_u8(message, 0, family == ip_family::v4 ? detail::echo_request_v4 : detail::echo_request_v6);
  write_u8(message, 1, 0);
  detail::each_pattern_part(message.subspan(icmp_header_bytes), [](auto part, auto pattern) {
    std::memcpy(part.data(), pattern.data(), part.size());
    return true;
  });
  write_varying_part(message, family, key);
  return size;
}

void rewrite_echo_request(std::span<std::byte> message, ip_family family, const echo_key& key) {
  if (message.size() < icmp_header_bytes) throw std::length_error("no room for an ICMP header");
  write_varying_part(message, family, key);
}

std::uint16_t checksum_of(std::span<const std::byte> message) {
  return read_u16(message, checksum_offset);
}

icmp_message parse_raw_v4(std::span<const std::byte> packet, std::uint64_t secret) {
  if (packet.size() < ipv4_header_bytes_min || read_u8(packet, 0) >> 4 != 4) return {};
  const std::size_t header_bytes = (read_u8(packet, 0) & 0x0fu) * 4u;
  const std::size_t total_bytes = read_u16(packet, 2);
  if (header_bytes < ipv4_header_bytes_min || total_bytes < header_bytes + icmp_header_bytes ||
      total_bytes > packet.size()) {
    return {};
  }
  // The kernel reassembles before a socket sees a packet: a fragment here is a forgery.
  constexpr std::uint16_t more_fragments_or_offset = 0x3fff;
  if ((read_u16(packet, 6) & more_fragments_or_offset) != 0) return {};
  if (read_u8(packet, 9) != protocol_icmp) return {};

  const auto message = packet.subspan(header_bytes, total_bytes - header_bytes);
  if (internet_checksum(message) != 0) return {};
  icmp_message result = parse_message(message, ip_family::v4, secret);
  result.ttl = read_u8(packet, 8);
  return result;
}

icmp_message parse_datagram_v4(std::span<const std::byte> message, std::uint64_t secret) {
  return parse_message(message, ip_family::v4, secret);
}

icmp_message parse_v6(std::span<const std::byte> message, std::uint64_t secret) {
  return parse_message(message, ip_family::v6, secret);
}

void recognise_echo(std::span<const std::byte> request, std::uint64_t secret,
                    icmp_message& message) {
  if (request.size() < icmp_header_bytes) return;
  detail::read_cookie(request.subspan(icmp_header_bytes), secret, message);
}

}  // namespace muster::codec
