#include "codec/icmp_message.hpp"
#include "codec/icmp_quote.hpp"
#include "packets.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace muster::codec;
using namespace muster::test;

namespace {

constexpr int unreachable = 3;
constexpr int host = 1;

// Taken off a home network: the gateway 192.168.0.1 can't reach 192.168.0.99, and quotes the IP
// header and 8 bytes of ping's echo request with id 0x3e92, seq 3.
const packet host_unreachable_capture = bytes({
    0x45, 0xc0, 0x00, 0x38, 0x7a, 0x21, 0x00, 0x00, 0x40, 0x01, 0x7e, 0x87, 0xc0, 0xa8,
    0x00, 0x01, 0xc0, 0xa8, 0x00, 0x0a, 0x03, 0x01, 0xf6, 0x69, 0x00, 0x00, 0x00, 0x00,
    0x45, 0x00, 0x00, 0x54, 0x9c, 0x40, 0x40, 0x00, 0x3f, 0x01, 0x1d, 0xa8, 0xc0, 0xa8,
    0x00, 0x0a, 0xc0, 0xa8, 0x00, 0x63, 0x08, 0x00, 0xc7, 0x01, 0x3e, 0x92, 0x00, 0x03,
});

/// An IPv6 extension header of `words` times 8 bytes.
packet extension(int next_header, int words = 1) {
  return bytes({next_header, words - 1}) + packet(static_cast<std::size_t>(words) * 8 - 2);
}

void check_is_about_ours(const icmp_message& message, reason why) {
  CHECK(message.kind == icmp_kind::error);
  CHECK(message.error == why);
  CHECK(message.id == key.id);
  CHECK(message.seq == key.seq);
  CHECK(message.has_number);
  CHECK_FALSE(message.foreign_payload);
  CHECK(message.number == key.number);
}

}  // namespace

TEST_CASE("an error with the least that may be quoted names the request by id and seq") {
  const icmp_message message = parse_raw_v4(with_checksum(host_unreachable_capture, 20), secret);
  CHECK(message.kind == icmp_kind::error);
  CHECK(message.error == reason::icmp_host_unreachable);
  CHECK(message.id == 0x3e92);
  CHECK(message.seq == 3);
  CHECK(message.quoted_destination == ip_address::from_v4(0xc0a80063));
  CHECK(message.ttl == 64);
  CHECK(message.bytes == 36);
  CHECK_FALSE(message.has_number);
  CHECK_FALSE(message.foreign_payload);
}

TEST_CASE("an error that quotes all of our request carries its number") {
  const icmp_message message =
      parse_raw_v4(error_v4(unreachable, host, ipv4(request(ip_family::v4))), secret);
  check_is_about_ours(message, reason::icmp_host_unreachable);
  CHECK(message.quoted_destination == ip_address::from_v4(0xc0a80011));
  const icmp_message v6 = parse_v6(error_v6(1, 3, ipv6(request(ip_family::v6))), secret);
  check_is_about_ours(v6, reason::icmp_address_unreachable);
  CHECK(v6.quoted_destination == ip_address::from_bits(0x20010db800000000, 0x42));
}

TEST_CASE("options of the quoted IP header are skipped by its own length") {
  for (const std::size_t option_bytes : {4u, 20u, 40u}) {
    const packet quoted = ipv4(request(ip_family::v4), 1, packet(option_bytes, std::byte{1}));
    check_is_about_ours(parse_raw_v4(error_v4(11, 0, quoted), secret), reason::icmp_ttl_exceeded);
  }
}

TEST_CASE("the cookie counts only if all of it was quoted") {
  const packet quoted = ipv4(request(ip_family::v4));
  for (std::size_t size = 28; size <= quoted.size(); ++size) {
    INFO(size << " bytes quoted");
    const icmp_message read =
        parse_raw_v4(error_v4(unreachable, host, first(quoted, size)), secret);
    CHECK(read.kind == icmp_kind::error);
    CHECK(read.id == key.id);
    CHECK(read.has_number == (size >= 28 + cookie_bytes));
    CHECK_FALSE(read.foreign_payload);
  }
}

TEST_CASE("padding after a short quoted request is not taken for its payload") {
  const packet quoted = ipv4(request(ip_family::v4, 4));
  const icmp_message read = parse_raw_v4(error_v4(unreachable, host, quoted + packet(100)), secret);
  CHECK(read.kind == icmp_kind::error);
  CHECK_FALSE(read.has_number);
  CHECK_FALSE(read.foreign_payload);
}

TEST_CASE("a quoted total length that a router mangled does not matter") {
  // Byte-swapped, less the header, or larger than what was quoted.
  for (const std::size_t total : {0x5400u, 84u - 20u, 1500u, 0xffffu}) {
    packet quoted = ipv4(request(ip_family::v4));
    set_u16(quoted, 2, total);
    INFO("total length " << total);
    check_is_about_ours(parse_raw_v4(error_v4(unreachable, host, quoted), secret),
                        reason::icmp_host_unreachable);
  }
  packet none = ipv4(request(ip_family::v4));
  set_u16(none, 2, 0);
  const icmp_message read = parse_raw_v4(error_v4(unreachable, host, none), secret);
  CHECK(read.kind == icmp_kind::error);
  CHECK(read.id == key.id);
}

TEST_CASE("an error truncated within its header or what it must quote is malformed") {
  const packet options = packet(8, std::byte{1});
  const packet quoted_v4 = first(ipv4(request(ip_family::v4), 1, options), 20 + 8 + 8);
  for (std::size_t size = 0; size < quoted_v4.size(); ++size) {
    INFO(size << " bytes quoted");
    CHECK(parse_raw_v4(error_v4(unreachable, host, first(quoted_v4, size)), secret).kind ==
          icmp_kind::malformed);
  }
  const packet quoted_v6 = first(ipv6(extension(58, 2) + request(ip_family::v6), 0), 40 + 16 + 8);
  for (std::size_t size = 0; size < quoted_v6.size(); ++size) {
    INFO(size << " bytes quoted");
    CHECK(parse_v6(error_v6(1, 0, first(quoted_v6, size)), secret).kind == icmp_kind::malformed);
  }
  CHECK(parse_v6(error_v6(1, 0, quoted_v6), secret).kind == icmp_kind::error);
}

TEST_CASE("a quoted header that lies about its length or version is malformed") {
  for (int first_byte = 0; first_byte < 256; ++first_byte) {
    packet quoted = first(ipv4(request(ip_family::v4)), 28);
    quoted[0] = static_cast<std::byte>(first_byte);
    const auto expected = first_byte == 0x45 ? icmp_kind::error : icmp_kind::malformed;
    CHECK(parse_raw_v4(error_v4(unreachable, host, quoted), secret).kind == expected);
    packet quoted_v6 = ipv6(request(ip_family::v6));
    quoted_v6[0] = static_cast<std::byte>(first_byte);
    const auto expected_v6 = first_byte >> 4 == 6 ? icmp_kind::error : icmp_kind::malformed;
    CHECK(parse_v6(error_v6(1, 0, quoted_v6), secret).kind == expected_v6);
  }
}

TEST_CASE("an error about somebody else's packet is something other") {
  const packet tcp_segment = bytes({0xd4, 0x31, 0x00, 0x50, 0x12, 0x34, 0x56, 0x78, 0, 0,
                                    0,    0,    0x50, 0x02, 0xfa, 0xf0, 0,    0,    0, 0});
  CHECK(parse_raw_v4(error_v4(unreachable, 3, ipv4(tcp_segment, 6)), secret).kind ==
        icmp_kind::other);
  CHECK(parse_raw_v4(error_v4(unreachable, 3, ipv4(tcp_segment, 17)), secret).kind ==
        icmp_kind::other);
  CHECK(parse_v6(error_v6(1, 4, ipv6(tcp_segment, 6)), secret).kind == icmp_kind::other);
  CHECK(parse_v6(error_v6(1, 4, ipv6(tcp_segment, 59)), secret).kind == icmp_kind::other);
  // Errors about replies, which this host may have sent to others.
  CHECK(parse_raw_v4(error_v4(unreachable, host, ipv4(reply(ip_family::v4))), secret).kind ==
        icmp_kind::other);
  CHECK(parse_v6(error_v6(1, 0, ipv6(reply(ip_family::v6))), secret).kind == icmp_kind::other);
}

TEST_CASE("an error about another program's echo request has a foreign payload") {
  const echo_key theirs{key.id, key.seq, key.number, secret + 1};
  const packet quoted = ipv4(request(ip_family::v4, 56, theirs));
  const icmp_message read = parse_raw_v4(error_v4(unreachable, host, quoted), secret);
  CHECK(read.kind == icmp_kind::error);
  CHECK(read.foreign_payload);
  CHECK_FALSE(read.has_number);
  CHECK(read.number == 0);
}

TEST_CASE("a quoted later fragment has no echo header to look at") {
  packet quoted = ipv4(request(ip_family::v4));
  set_u16(quoted, 6, 0x2000);
  check_is_about_ours(parse_raw_v4(error_v4(11, 1, quoted), secret),
                      reason::icmp_reassembly_exceeded);
  set_u16(quoted, 6, 0x2001);
  CHECK(parse_raw_v4(error_v4(11, 1, quoted), secret).kind == icmp_kind::other);
}

TEST_CASE("extensions after the quoted packet are not taken for its payload") {
  // RFC 4884: the quoted packet is padded to 128 bytes, and the length attribute says so, in words
  // of 4 bytes in the sixth byte (IPv4) or 8 bytes in the fifth (IPv6). An MPLS label stack
  // follows.
  const packet mpls =
      bytes({0x20, 0x00, 0xd5, 0x1c, 0x00, 0x08, 0x01, 0x01, 0x05, 0xdc, 0x21, 0x01});
  packet quoted = ipv4(request(ip_family::v4));
  quoted.resize(128);
  check_is_about_ours(parse_raw_v4(error_v4(11, 0, quoted + mpls, bytes({0, 32, 0, 0})), secret),
                      reason::icmp_ttl_exceeded);
  packet quoted_v6 = ipv6(request(ip_family::v6));
  quoted_v6.resize(128);
  check_is_about_ours(parse_v6(error_v6(3, 0, quoted_v6 + mpls, bytes({16, 0, 0, 0})), secret),
                      reason::icmp_ttl_exceeded);
}

TEST_CASE("the length attribute ends what was quoted, even if the quoted header claims more") {
  // The request's cookie reaches over the 128 bytes, so half of it would be extension data.
  packet quoted = ipv6(extension(60, 5) + extension(58, 4) + request(ip_family::v6), 0);
  REQUIRE(quoted.size() > 128);
  const icmp_message read = parse_v6(error_v6(3, 0, quoted, bytes({16, 0, 0, 0})), secret);
  CHECK(read.kind == icmp_kind::error);
  CHECK(read.id == key.id);
  CHECK_FALSE(read.has_number);
  CHECK_FALSE(read.foreign_payload);
}

TEST_CASE("a length attribute that can't be one is ignored") {
  const packet quoted = ipv4(request(ip_family::v4));
  for (int words = 0; words < 256; ++words) {
    INFO(words << " words");
    check_is_about_ours(
        parse_raw_v4(error_v4(unreachable, host, quoted, bytes({0, words, 0, 0})), secret),
        reason::icmp_host_unreachable);
  }
}

TEST_CASE("the MTU of a packet too big is not taken for a length attribute") {
  const packet mtu = bytes({0x00, 0x00, 0x05, 0x00});
  check_is_about_ours(
      parse_v6(error_v6(2, 0, ipv6(request(ip_family::v6)), bytes({0x10, 0, 0, 0})), secret),
      reason::icmp_packet_too_big);
  check_is_about_ours(parse_v6(error_v6(2, 0, ipv6(request(ip_family::v6)), mtu), secret),
                      reason::icmp_packet_too_big);
  check_is_about_ours(
      parse_raw_v4(error_v4(unreachable, 4, ipv4(request(ip_family::v4)), bytes({0, 0, 5, 0})),
                   secret),
      reason::icmp_fragmentation_needed);
}

TEST_CASE("IPv6 extension headers before the quoted request are walked over") {
  const packet fragment = bytes({58, 0, 0, 1, 0xca, 0xfe, 0xba, 0xbe});
  const packet chain = extension(60) + extension(43, 3) + extension(44, 2) + fragment;
  check_is_about_ours(parse_v6(error_v6(3, 1, ipv6(chain + request(ip_family::v6), 0)), secret),
                      reason::icmp_reassembly_exceeded);
}

TEST_CASE("a quoted later IPv6 fragment has no echo header to look at") {
  const packet fragment = bytes({58, 0, 0x00, 0x08, 0xca, 0xfe, 0xba, 0xbe});
  CHECK(parse_v6(error_v6(3, 1, ipv6(fragment + request(ip_family::v6), 44)), secret).kind ==
        icmp_kind::other);
}

TEST_CASE("a chain of IPv6 extension headers is followed only so far") {
  packet chain = extension(58);
  for (std::size_t i = 1; i < detail::extension_headers_max; ++i)
    chain = extension(60) + chain;
  check_is_about_ours(parse_v6(error_v6(4, 0, ipv6(chain + request(ip_family::v6), 0)), secret),
                      reason::icmp_parameter_problem);
  chain = extension(60) + chain;
  CHECK(parse_v6(error_v6(4, 0, ipv6(chain + request(ip_family::v6), 0)), secret).kind ==
        icmp_kind::malformed);
  packet endless = packet(60'000);
  CHECK(parse_v6(error_v6(4, 0, ipv6(endless, 0)), secret).kind == icmp_kind::malformed);
}

TEST_CASE("an IPv6 extension header that claims more than was quoted is malformed") {
  packet lie = extension(58, 1);
  lie[1] = std::byte{255};
  CHECK(parse_v6(error_v6(1, 0, ipv6(lie + request(ip_family::v6), 0)), secret).kind ==
        icmp_kind::malformed);
}

TEST_CASE("an error with an unassigned code is something other") {
  CHECK(parse_raw_v4(error_v4(unreachable, 16, ipv4(request(ip_family::v4))), secret).kind ==
        icmp_kind::other);
  CHECK(parse_v6(error_v6(1, 200, ipv6(request(ip_family::v6))), secret).kind == icmp_kind::other);
}

TEST_CASE("errors of every prefix and any byte are read without harm") {
  // Nothing to compare with: the sanitizers are what watches here.
  const packet v4 = error_v4(unreachable, host, ipv4(request(ip_family::v4)));
  const packet v6 = error_v6(1, 0, ipv6(extension(43) + request(ip_family::v6), 0));
  std::size_t read = 0;
  for (std::size_t i = 0; i < v6.size(); ++i) {
    for (const int value : {0x00, 0x7f, 0x80, 0xff}) {
      packet changed = v6;
      changed[i] = static_cast<std::byte>(value);
      read += parse_v6(changed, secret).kind == icmp_kind::error ? 1u : 0u;
      packet changed_v4 = v4;
      changed_v4[20 + i % (v4.size() - 20)] = static_cast<std::byte>(value);
      read +=
          parse_raw_v4(with_checksum(changed_v4, 20), secret).kind == icmp_kind::error ? 1u : 0u;
    }
  }
  CHECK(read > 0);
}
