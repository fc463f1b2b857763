#pragma once

#include "codec/icmp_message.hpp"
#include "codec/siphash.hpp"
#include "codec/wire.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace muster::codec::detail {

/// The keyed hash that makes a cookie unforgeable: over number, id and seq. The second half of the
/// SipHash key is a constant, because the secret has 64 bits; it separates this use from others.
constexpr std::uint64_t cookie_mac(const echo_key& key) {
  return siphash_2_4({key.secret, 0x6d75'7374'6572'3031}, key.number,
                     std::uint32_t{key.id} << 16 | key.seq);
}

inline std::array<std::byte, cookie_bytes> make_cookie(const echo_key& key) {
  std::array<std::byte, cookie_bytes> cookie{};
  write_u64(cookie, 0, key.number);
  write_u64(cookie, 8, cookie_mac(key));
  return cookie;
}

/// After the cookie, the payload's byte number i is i modulo 256.
inline constexpr auto payload_pattern = [] {
  std::array<std::byte, 256> pattern{};
  for (std::size_t i = 0; i < pattern.size(); ++i)
    pattern[i] = static_cast<std::byte>(i);
  return pattern;
}();

/// Calls `each(part of payload, as many bytes of pattern)` for what follows the cookie, until it
/// returns false or the payload ends. False if it was stopped.
template <typename Bytes, typename Each>
bool each_pattern_part(Bytes payload, Each each) {
  for (std::size_t at = cookie_bytes; at < payload.size();) {
    const std::size_t phase = at % payload_pattern.size();
    const std::size_t bytes = std::min(payload.size() - at, payload_pattern.size() - phase);
    if (!each(payload.subspan(at, bytes), std::span{payload_pattern}.subspan(phase, bytes))) {
      return false;
    }
    at += bytes;
  }
  return true;
}

/// Reads the cookie of a reply's or a quoted request's payload into `message`, whose id and seq
/// are set already.
inline void read_cookie(std::span<const std::byte> payload, std::uint64_t secret,
                        icmp_message& message) {
  if (payload.size() < cookie_bytes) return;
  const std::uint64_t number = read_u64(payload, 0);
  const std::uint64_t mac = cookie_mac({message.id, message.seq, number, secret});
  message.has_number = read_u64(payload, 8) == mac;
  message.foreign_payload = !message.has_number;
  message.number = message.has_number ? number : 0;
}

}  // namespace muster::codec::detail
