#include "codec/checksum.hpp"
#include "codec/icmp_message.hpp"
#include "packets.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <stdexcept>

using namespace muster;
using namespace muster::codec;
using namespace muster::test;

TEST_CASE("an echo request is laid out as documented, byte for byte") {
  const packet expected = bytes({
      0x08, 0x00, 0xc5, 0x4c, 0x12, 0x34, 0x00, 0x07,  // type, code, checksum, id, seq
      0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,  // number
      0x35, 0xd3, 0x00, 0x81, 0x6e, 0x63, 0x1e, 0x1b,  // SipHash-2-4, computed apart
      0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,  // pattern
  });
  CHECK(request(ip_family::v4, 24) == expected);
}

TEST_CASE("an ICMPv6 echo request leaves its checksum to the kernel") {
  const packet v6 = request(ip_family::v6, 24);
  const packet v4 = request(ip_family::v4, 24);
  CHECK(first(v6, 4) == bytes({128, 0, 0, 0}));
  CHECK(std::equal(v6.begin() + 4, v6.end(), v4.begin() + 4));
}

TEST_CASE("a payload carries as much of cookie and pattern as fits") {
  const packet full = request(ip_family::v6, 600);
  for (std::size_t payload = 0; payload <= 600; ++payload) {
    CHECK(request(ip_family::v6, payload) == first(full, icmp_header_bytes + payload));
  }
  CHECK(full[icmp_header_bytes + 255] == std::byte{255});
  CHECK(full[icmp_header_bytes + 256] == std::byte{0});
}

TEST_CASE("the checksum of an IPv4 echo request is right for every payload size") {
  for (std::size_t payload = 0; payload < 100; ++payload) {
    CHECK(internet_checksum(request(ip_family::v4, payload)) == 0);
  }
}

TEST_CASE("a rewritten request is the request written anew") {
  const echo_key other{0xffff, 0x8000, 42, secret + 1};
  for (const ip_family family : {ip_family::v4, ip_family::v6}) {
    for (const std::size_t payload : {0u, 1u, 7u, 8u, 9u, 15u, 16u, 17u, 56u, 1472u}) {
      packet message = request(family, payload);
      rewrite_echo_request(message, family, other);
      CHECK(message == request(family, payload, other));
    }
  }
}

TEST_CASE("a request is written to the front of a larger buffer and leaves the rest alone") {
  packet buffer(100, std::byte{0xaa});
  CHECK(write_echo_request(buffer, ip_family::v4, key, 56) == 64);
  CHECK(first(buffer, 64) == request(ip_family::v4));
  CHECK(std::all_of(buffer.begin() + 64, buffer.end(),
                    [](std::byte b) { return b == std::byte{0xaa}; }));
}

TEST_CASE("a request that does not fit is misuse") {
  packet buffer(63);
  CHECK_THROWS_AS(write_echo_request(buffer, ip_family::v4, key, 56), std::length_error);
  packet large(80'000);
  CHECK_THROWS_AS(write_echo_request(large, ip_family::v4, key, icmp_payload_bytes_max + 1),
                  std::length_error);
  CHECK(write_echo_request(large, ip_family::v4, key, icmp_payload_bytes_max) == 65'515);
  packet stub(7);
  CHECK_THROWS_AS(rewrite_echo_request(stub, ip_family::v4, key), std::length_error);
}
