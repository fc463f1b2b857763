#include "codec/wire.hpp"

#include "codec/siphash.hpp"
#include "support/catch.hpp"

#include <array>

using namespace muster::codec;

TEST_CASE("numbers are read big endian, at any offset up to the last that fits") {
  const std::array<std::byte, 9> bytes{std::byte{0x01}, std::byte{0x23}, std::byte{0x45},
                                       std::byte{0x67}, std::byte{0x89}, std::byte{0xab},
                                       std::byte{0xcd}, std::byte{0xef}, std::byte{0x10}};
  CHECK(read_u8(bytes, 8) == 0x10);
  CHECK(read_u16(bytes, 0) == 0x0123);
  CHECK(read_u16(bytes, 7) == 0xef10);
  CHECK(read_u32(bytes, 5) == 0xabcdef10);
  CHECK(read_u64(bytes, 0) == 0x0123456789abcdef);
  CHECK(read_u64(bytes, 1) == 0x23456789abcdef10);
}

TEST_CASE("what is written is read back, and neighbours stay as they were") {
  std::array<std::byte, 12> bytes{};
  write_u8(bytes, 0, 0xfe);
  write_u16(bytes, 1, 0xabcd);
  write_u64(bytes, 3, 0x1122334455667788);
  CHECK(read_u8(bytes, 0) == 0xfe);
  CHECK(read_u16(bytes, 1) == 0xabcd);
  CHECK(read_u64(bytes, 3) == 0x1122334455667788);
  CHECK(bytes[11] == std::byte{0});
}

TEST_CASE("whether a number lies inside is decided without overflow") {
  CHECK(detail::inside(8, 0, 8));
  CHECK_FALSE(detail::inside(8, 1, 8));
  CHECK_FALSE(detail::inside(8, 9, 0));
  CHECK_FALSE(detail::inside(8, static_cast<std::size_t>(-1), 2));
  CHECK_FALSE(detail::inside(0, 0, 1));
}

TEST_CASE("SipHash-2-4 gives its authors' test vectors") {
  // Key 00 01 … 0f; the message is 00 01 02 …, cut to each length.
  const siphash_key reference_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::array<std::byte, 15> message{};
  for (std::size_t i = 0; i < message.size(); ++i)
    message[i] = static_cast<std::byte>(i);
  CHECK(siphash_2_4(reference_key, std::span<const std::byte>{}) == 0x726fdb47dd0e0e31);
  CHECK(siphash_2_4(reference_key, std::span{message}.first(1)) == 0x74f839c593dc67fd);
  CHECK(siphash_2_4(reference_key, std::span{message}.first(8)) == 0x93f5f5799a932462);
  CHECK(siphash_2_4(reference_key, message) == 0xa129ca6149be45e5);
}

TEST_CASE("the hash of two numbers is the hash of their bytes") {
  const siphash_key reference_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::array<std::byte, 12> message{};
  for (std::size_t i = 0; i < message.size(); ++i)
    message[i] = static_cast<std::byte>(i);
  CHECK(siphash_2_4(reference_key, 0x0706050403020100, 0x0b0a0908) ==
        siphash_2_4(reference_key, message));
}
