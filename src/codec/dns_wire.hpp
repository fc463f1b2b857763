#pragma once

#include <cstddef>
#include <cstdint>

/// How a DNS message looks on the wire (RFC 1035, 4.1).
namespace muster::codec::dns_wire {

inline constexpr std::size_t header_bytes = 12;
inline constexpr std::size_t question_tail_bytes = 4;  ///< Type and class.
inline constexpr std::size_t name_bytes_max = 255;
inline constexpr std::size_t label_bytes_max = 63;  ///< Larger values point to another name.
inline constexpr std::uint16_t class_internet = 1;

// The bits of the second word.
inline constexpr unsigned response_bit = 0x8000;
inline constexpr unsigned opcode_bits = 0x7800;
inline constexpr unsigned authoritative_bit = 0x0400;
inline constexpr unsigned truncated_bit = 0x0200;
inline constexpr unsigned recursion_desired_bit = 0x0100;
inline constexpr unsigned recursion_available_bit = 0x0080;
inline constexpr unsigned authentic_bit = 0x0020;
inline constexpr unsigned rcode_bits = 0x000f;

}  // namespace muster::codec::dns_wire
