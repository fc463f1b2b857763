#pragma once

#include "codec/icmp_message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace muster::codec::detail {

inline constexpr std::uint8_t echo_request_v4 = 8;
inline constexpr std::uint8_t echo_request_v6 = 128;

/// The longest chain of IPv6 extension headers that is followed in a quoted packet.
inline constexpr std::size_t extension_headers_max = 8;

/// Reads what an ICMP error (type 3, 11 or 12) says about the packet that it quotes. The result's
/// kind is `error` if that packet was an echo request, `other` if it was anything else, and
/// `malformed` if too little was quoted to tell. The reason is left to the caller.
icmp_message read_quote_v4(std::span<const std::byte> error, std::uint64_t secret);

/// The same for an ICMPv6 error (types 1 to 4).
icmp_message read_quote_v6(std::span<const std::byte> error, std::uint64_t secret);

}  // namespace muster::codec::detail
