#include "codec/icmp_message.hpp"
#include "packets.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace muster::codec;
using namespace muster::test;

namespace {

// A capture of ping(8): its payload begins with a time of day, where muster has its cookie.
const packet reply_to_ping = bytes({
    0x45, 0x00, 0x00, 0x54, 0x1c, 0x46, 0x00, 0x00, 0x40, 0x01, 0xdd, 0x0d, 0xc0, 0xa8,
    0x00, 0x01, 0xc0, 0xa8, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x3e, 0x92, 0x00, 0x01,
    0x5f, 0x27, 0x8e, 0x67, 0x00, 0x00, 0x00, 0x00, 0x9b, 0x1f, 0x0b, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b,
    0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29,
    0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
});

void check_is_ours(const icmp_message& message) {
  CHECK(message.kind == icmp_kind::echo_reply);
  CHECK(message.id == key.id);
  CHECK(message.seq == key.seq);
  CHECK(message.has_number);
  CHECK_FALSE(message.foreign_payload);
  CHECK(message.payload_intact);
  CHECK(message.number == key.number);
  CHECK(message.bytes == 64);
  CHECK(message.error == reason::none);
}

}  // namespace

TEST_CASE("a reply to our request is recognised on every kind of socket") {
  const icmp_message raw = parse_raw_v4(ipv4(reply(ip_family::v4)), secret);
  check_is_ours(raw);
  CHECK(raw.ttl == 57);
  const icmp_message datagram = parse_datagram_v4(reply(ip_family::v4), secret);
  check_is_ours(datagram);
  CHECK(datagram.ttl == 0);
  check_is_ours(parse_v6(reply(ip_family::v6), secret));
}

TEST_CASE("IP options before the reply are skipped") {
  const packet record_route = bytes({7, 11, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0});
  check_is_ours(parse_raw_v4(ipv4(reply(ip_family::v4), 1, record_route), secret));
  check_is_ours(parse_raw_v4(ipv4(reply(ip_family::v4), 1, packet(40, std::byte{1})), secret));
}

TEST_CASE("a reply to another program's request is a reply with a foreign payload") {
  const icmp_message message = parse_raw_v4(with_checksum(reply_to_ping, 20), secret);
  CHECK(message.kind == icmp_kind::echo_reply);
  CHECK(message.id == 0x3e92);
  CHECK(message.seq == 1);
  CHECK(message.foreign_payload);
  CHECK_FALSE(message.has_number);
  CHECK(message.number == 0);
  CHECK(message.ttl == 64);
}

TEST_CASE("a cookie counts only with the secret, id, seq and number it was made for") {
  packet message = reply(ip_family::v4);
  CHECK(parse_datagram_v4(message, secret ^ 1).foreign_payload);
  for (const std::size_t offset : {4u, 5u, 6u, 7u, 8u, 15u, 16u, 23u}) {
    INFO("byte " << offset << " changed");
    packet forged = message;
    forged[offset] ^= std::byte{1};
    const icmp_message read = parse_datagram_v4(forged, secret);
    CHECK(read.kind == icmp_kind::echo_reply);
    CHECK(read.foreign_payload);
    CHECK_FALSE(read.has_number);
  }
}

TEST_CASE("a byte of the pattern that comes back changed is noticed, wherever it is") {
  const packet sent = reply(ip_family::v4, 600);
  CHECK(parse_datagram_v4(sent, secret).payload_intact);
  for (std::size_t i = icmp_header_bytes + cookie_bytes; i < sent.size(); ++i) {
    packet changed = sent;
    changed[i] ^= std::byte{0x20};
    const icmp_message read = parse_datagram_v4(changed, secret);
    CHECK(read.has_number);
    CHECK_FALSE(read.payload_intact);
  }
}

TEST_CASE("a payload too short for a cookie is neither ours nor foreign") {
  for (std::size_t payload = 0; payload < cookie_bytes; ++payload) {
    const icmp_message read = parse_raw_v4(ipv4(reply(ip_family::v4, payload)), secret);
    CHECK(read.kind == icmp_kind::echo_reply);
    CHECK(read.id == key.id);
    CHECK(read.seq == key.seq);
    CHECK_FALSE(read.has_number);
    CHECK_FALSE(read.foreign_payload);
    CHECK(read.payload_intact);
    CHECK(read.bytes == icmp_header_bytes + payload);
  }
}

TEST_CASE("a reply that lost the end of its payload shows it in its size") {
  packet shorter = with_checksum(first(reply(ip_family::v4), 40));
  const icmp_message read = parse_raw_v4(ipv4(shorter), secret);
  CHECK(read.has_number);
  CHECK(read.payload_intact);
  CHECK(read.bytes == 40);
}

TEST_CASE("a packet truncated at any length is malformed") {
  for (const packet& options : {packet{}, packet(40, std::byte{1})}) {
    const packet whole = ipv4(reply(ip_family::v4), 1, options);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size << " bytes");
      CHECK(parse_raw_v4(first(whole, size), secret).kind == icmp_kind::malformed);
    }
  }
  for (std::size_t size = 0; size < icmp_header_bytes; ++size) {
    CHECK(parse_datagram_v4(first(reply(ip_family::v4), size), secret).kind ==
          icmp_kind::malformed);
    CHECK(parse_v6(first(reply(ip_family::v6), size), secret).kind == icmp_kind::malformed);
  }
}

TEST_CASE("what a link adds after the packet's total length is not looked at") {
  check_is_ours(parse_raw_v4(ipv4(reply(ip_family::v4)) + packet(18, std::byte{0x55}), secret));
}

TEST_CASE("a header length that lies is malformed") {
  const packet good = ipv4(reply(ip_family::v4));
  for (int words = 0; words < 16; ++words) {
    if (words == 5) continue;
    packet lie = good;
    lie[0] = static_cast<std::byte>(0x40 | words);
    INFO(words << " words");
    CHECK(parse_raw_v4(lie, secret).kind == icmp_kind::malformed);
  }
}

TEST_CASE("a total length that lies is malformed") {
  const packet good = ipv4(reply(ip_family::v4));
  for (const std::size_t total : {0u, 1u, 19u, 20u, 27u, 28u, 83u, 85u, 0xffffu}) {
    packet lie = good;
    set_u16(lie, 2, total);
    INFO("total length " << total);
    CHECK(parse_raw_v4(lie, secret).kind == icmp_kind::malformed);
  }
}

TEST_CASE("a wrong checksum is malformed, whichever bit is wrong") {
  const packet good = ipv4(reply(ip_family::v4));
  for (std::size_t bit = 20 * 8; bit < good.size() * 8; ++bit) {
    packet bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    CHECK(parse_raw_v4(bad, secret).kind == icmp_kind::malformed);
  }
}

TEST_CASE("other versions, protocols and fragments are malformed on a raw ICMP socket") {
  packet version_6 = ipv4(reply(ip_family::v4));
  version_6[0] = std::byte{0x65};
  CHECK(parse_raw_v4(version_6, secret).kind == icmp_kind::malformed);
  CHECK(parse_raw_v4(ipv4(reply(ip_family::v4), 6), secret).kind == icmp_kind::malformed);
  for (const std::size_t flags : {0x2000u, 0x0001u, 0x1fffu, 0x6000u}) {
    packet fragment = ipv4(reply(ip_family::v4));
    set_u16(fragment, 6, flags);
    CHECK(parse_raw_v4(fragment, secret).kind == icmp_kind::malformed);
  }
  packet dont_fragment = ipv4(reply(ip_family::v4));
  set_u16(dont_fragment, 6, 0x4000);
  check_is_ours(parse_raw_v4(dont_fragment, secret));
}

TEST_CASE("our own request, which a raw socket sees on loopback, is something other") {
  CHECK(parse_raw_v4(ipv4(request(ip_family::v4)), secret).kind == icmp_kind::other);
  CHECK(parse_v6(request(ip_family::v6), secret).kind == icmp_kind::other);
}

TEST_CASE("every type but reply and error is something other") {
  for (int type = 0; type < 256; ++type) {
    INFO("type " << type);
    packet v4 = reply(ip_family::v4);
    v4[0] = static_cast<std::byte>(type);
    const bool error_type = type == 3 || type == 11 || type == 12;
    if (type != 0 && !error_type) {
      CHECK(parse_raw_v4(ipv4(with_checksum(v4)), secret).kind == icmp_kind::other);
    }
    packet v6 = reply(ip_family::v6);
    v6[0] = static_cast<std::byte>(type);
    if (type != 129 && (type < 1 || type > 4)) {
      CHECK(parse_v6(v6, secret).kind == icmp_kind::other);
    }
  }
}

TEST_CASE("the largest datagram is read whole, and what is larger is malformed") {
  const icmp_message largest = parse_raw_v4(ipv4(reply(ip_family::v4, 65'507)), secret);
  CHECK(largest.has_number);
  CHECK(largest.bytes == 65'515);
  CHECK(parse_datagram_v4(packet(65'535), secret).kind == icmp_kind::echo_reply);
  CHECK(parse_datagram_v4(packet(65'536), secret).kind == icmp_kind::malformed);
}

TEST_CASE("a request that the system hands back is known by its cookie") {
  const packet asked = request(ip_family::v4);
  const icmp_message parsed = parse_datagram_v4(reply(ip_family::v4), secret);
  icmp_message handed_back;
  handed_back.id = parsed.id;
  handed_back.seq = parsed.seq;
  icmp_message forged = handed_back, cut_short = handed_back;
  recognise_echo(asked, secret, handed_back);
  CHECK(handed_back.has_number);
  CHECK(handed_back.number == parsed.number);
  recognise_echo(asked, secret + 1, forged);
  CHECK(forged.foreign_payload);
  CHECK_FALSE(forged.has_number);
  for (std::size_t bytes = 0; bytes < icmp_header_bytes + cookie_bytes; ++bytes) {
    recognise_echo({asked.data(), bytes}, secret, cut_short);
    REQUIRE_FALSE(cut_short.has_number);
    REQUIRE_FALSE(cut_short.foreign_payload);
  }
}
