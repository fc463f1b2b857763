#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace muster::codec {

struct siphash_key {
  std::uint64_t low = 0;   ///< Key bytes 0 to 7, read little endian.
  std::uint64_t high = 0;  ///< Key bytes 8 to 15.
};

namespace detail {

struct siphash_state {
  std::uint64_t v0, v1, v2, v3;

  constexpr explicit siphash_state(const siphash_key& key)
      : v0{key.low ^ 0x736f6d6570736575},
        v1{key.high ^ 0x646f72616e646f6d},
        v2{key.low ^ 0x6c7967656e657261},
        v3{key.high ^ 0x7465646279746573} {}

  constexpr void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  constexpr void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  constexpr std::uint64_t finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i)
      round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace detail

/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed 64-bit hash that can't be forged without
/// the key, and is quick on messages of a few bytes.
constexpr std::uint64_t siphash_2_4(const siphash_key& key, std::span<const std::byte> message) {
  detail::siphash_state state{key};
  const auto word_at = [message](std::size_t offset, std::size_t bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      word |= std::to_integer<std::uint64_t>(message[offset + i]) << (8 * i);
    }
    return word;
  };
  std::size_t offset = 0;
  for (; message.size() - offset >= 8; offset += 8)
    state.absorb(word_at(offset, 8));
  // The last word carries the rest of the message and, in its top byte, the message's length.
  state.absorb(word_at(offset, message.size() - offset) | std::uint64_t{message.size()} << 56);
  return state.finish();
}

/// The same for a message of two numbers: `first` as 8 bytes little endian, then `second` as 4.
/// No loops and no memory, for a hash per packet.
constexpr std::uint64_t siphash_2_4(const siphash_key& key, std::uint64_t first,
                                    std::uint32_t second) {
  detail::siphash_state state{key};
  state.absorb(first);
  state.absorb(second | std::uint64_t{12} << 56);
  return state.finish();
}

}  // namespace muster::codec
