#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace muster::codec {

// Numbers on the wire: big endian, at any alignment. Callers check lengths first, because only they
// can tell what being too short means; a read that nonetheless lies outside is zero, and a write is
// dropped, so that a missed check costs a wrong number instead of memory safety. Debug builds
// assert.

namespace detail {

constexpr bool inside(std::size_t size, std::size_t offset, std::size_t width) {
  return offset <= size && size - offset >= width;
}

/// From the machine's byte order to network order, or back.
template <typename Number>
constexpr Number swap_to_network(Number value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(Number) == 1) {
    return value;
  } else if constexpr (sizeof(Number) == 2) {
    return __builtin_bswap16(value);
  } else if constexpr (sizeof(Number) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap64(value);
  }
}

template <typename Number>
Number read_number(std::span<const std::byte> bytes, std::size_t offset) {
  assert(inside(bytes.size(), offset, sizeof(Number)));
  if (!inside(bytes.size(), offset, sizeof(Number))) return 0;
  Number value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return swap_to_network(value);
}

template <typename Number>
void write_number(std::span<std::byte> bytes, std::size_t offset, Number value) {
  assert(inside(bytes.size(), offset, sizeof(Number)));
  if (!inside(bytes.size(), offset, sizeof(Number))) return;
  value = swap_to_network(value);
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

}  // namespace detail

inline std::uint8_t read_u8(std::span<const std::byte> bytes, std::size_t offset) {
  return detail::read_number<std::uint8_t>(bytes, offset);
}
inline std::uint16_t read_u16(std::span<const std::byte> bytes, std::size_t offset) {
  return detail::read_number<std::uint16_t>(bytes, offset);
}
inline std::uint32_t read_u32(std::span<const std::byte> bytes, std::size_t offset) {
  return detail::read_number<std::uint32_t>(bytes, offset);
}
inline std::uint64_t read_u64(std::span<const std::byte> bytes, std::size_t offset) {
  return detail::read_number<std::uint64_t>(bytes, offset);
}

inline void write_u8(std::span<std::byte> bytes, std::size_t offset, std::uint8_t value) {
  detail::write_number(bytes, offset, value);
}
inline void write_u16(std::span<std::byte> bytes, std::size_t offset, std::uint16_t value) {
  detail::write_number(bytes, offset, value);
}
inline void write_u64(std::span<std::byte> bytes, std::size_t offset, std::uint64_t value) {
  detail::write_number(bytes, offset, value);
}

}  // namespace muster::codec
