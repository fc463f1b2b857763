#include "codec/checksum.hpp"

#include "codec/wire.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

using namespace muster::codec;

namespace {

/// RFC 1071 as it is written: 16 bits at a time, in network order.
std::uint16_t plain_checksum(const std::vector<std::byte>& bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += i + 1 < bytes.size() ? read_u16(bytes, i) : std::uint64_t{read_u8(bytes, i)} << 8;
  }
  while (sum >> 16)
    sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(~sum);
}

std::uint16_t in_network_order(std::uint16_t stored) {
  std::byte bytes[2];
  std::memcpy(bytes, &stored, sizeof stored);
  return read_u16(bytes, 0);
}

}  // namespace

TEST_CASE("the checksum of RFC 1071's example is right") {
  const std::vector<std::byte> example{std::byte{0x00}, std::byte{0x01}, std::byte{0xf2},
                                       std::byte{0x03}, std::byte{0xf4}, std::byte{0xf5},
                                       std::byte{0xf6}, std::byte{0xf7}};
  CHECK(in_network_order(internet_checksum(example)) == 0x220d);
}

TEST_CASE("the checksum by 64-bit words is the checksum by 16-bit words, for every length") {
  for (const unsigned seed : {0u, 1u, 7u, 255u}) {
    std::vector<std::byte> bytes;
    std::uint32_t state = seed;
    for (std::size_t size = 0; size < 200; ++size) {
      INFO("seed " << seed << ", " << size << " bytes");
      CHECK(in_network_order(internet_checksum(bytes)) == plain_checksum(bytes));
      state = state * 1664525 + 1013904223;
      // Seed 255 is all ones, which carries as often as anything can.
      bytes.push_back(seed == 255 ? std::byte{0xff} : static_cast<std::byte>(state >> 24));
    }
  }
}

TEST_CASE("the checksum does not depend on where in memory the bytes lie") {
  std::vector<std::byte> bytes(80);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::byte>(i * 37);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::byte> shifted(bytes.size() + shift);
    std::copy(bytes.begin(), bytes.end(), shifted.begin() + static_cast<std::ptrdiff_t>(shift));
    CHECK(internet_checksum(std::span{shifted}.subspan(shift)) == internet_checksum(bytes));
  }
}
