#include "muster/address.hpp"

#include "support/catch.hpp"

#include <array>

using muster::ip_address;

TEST_CASE("the unspecified addresses are those of both families, in every spelling") {
  for (const char* text : {"0.0.0.0", "::", "::0.0.0.0", "::ffff:0.0.0.0", "0:0:0:0:0:0:0:0"})
    CHECK(ip_address::parse(text)->is_unspecified());
  for (const char* text : {"0.0.0.1", "::1", "::ffff:0.0.0.1", "::fffe:0:0", "1::", "127.0.0.1"})
    CHECK_FALSE(ip_address::parse(text)->is_unspecified());
}

TEST_CASE("an IPv4 address is read and written as a dotted quad") {
  for (const char* text : {"0.0.0.0", "1.2.3.4", "9.10.99.100", "127.0.0.1", "255.255.255.255"}) {
    INFO(text);
    const auto address = ip_address::parse(text);
    REQUIRE(address);
    CHECK(address->is_v4());
    CHECK(address->to_string() == text);
  }
  CHECK(ip_address::parse("1.2.3.4")->v4() == 0x01020304);
}

TEST_CASE("every octet value is written as it is read") {
  for (std::uint32_t value = 0; value < 256; ++value) {
    const ip_address address = ip_address::from_v4(value << 24 | value << 16 | value << 8 | value);
    const std::string octet = std::to_string(value);
    CHECK(address.to_string() == octet + "." + octet + "." + octet + "." + octet);
    CHECK(ip_address::parse(address.to_string()) == address);
  }
}

TEST_CASE("an IPv6 address is written in its shortest form, in lower case") {
  struct sample {
    const char* written;
    const char* canonical;
  };
  for (const sample& each :
       {sample{"::", "::"}, sample{"::1", "::1"}, sample{"0:0:0:0:0:0:0:1", "::1"},
        sample{"2001:DB8::0:0:1", "2001:db8::1"}, sample{"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
        sample{"fe80::1:2:3:4", "fe80::1:2:3:4"},
        sample{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
               "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}}) {
    INFO(each.written);
    const auto address = ip_address::parse(each.written);
    REQUIRE(address);
    CHECK(address->is_v6());
    CHECK(address->to_string() == each.canonical);
  }
}

TEST_CASE("an IPv4-mapped IPv6 address is the IPv4 address") {
  CHECK(ip_address::parse("::ffff:10.0.0.1") == ip_address::from_v4(0x0a000001));
  CHECK(ip_address::parse("::ffff:a00:1")->to_string() == "10.0.0.1");
}

TEST_CASE("text that is not exactly one address is not parsed") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv,
        "1"sv,
        "1.2.3"sv,
        "1.2.3.4.5"sv,
        "1.2.3.256"sv,
        "1.2.3.0004"sv,
        "01.2.3.4"sv,
        "1.2.3.04"sv,
        "1.2.3.00"sv,
        "1..3.4"sv,
        ".1.2.3"sv,
        "1.2.3."sv,
        "1.2.3.4 "sv,
        " 1.2.3.4"sv,
        "1.2.3.x"sv,
        "+1.2.3.4"sv,
        "1.2.3.-4"sv,
        "1.2.3.99999999999999999999"sv,
        "1.2.3.4\0"sv,
        ":"sv,
        ":::"sv,
        "1::2::3"sv,
        "::1%lo"sv,
        "[::1]"sv,
        "::1/64"sv,
        "::1\0"sv,
        "\0::1"sv,
        "12345::"sv,
        "1:2:3:4:5:6:7"sv,
        "1:2:3:4:5:6:7:8:9"sv,
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    INFO(text);
    CHECK_FALSE(ip_address::parse(text));
  }
}

TEST_CASE("parsing reads no further than the view it was given") {
  const std::string_view longer = "10.0.0.123";
  CHECK(ip_address::parse(longer.substr(0, 8))->to_string() == "10.0.0.1");
  const std::string_view v6 = "2001:db8::12";
  CHECK(ip_address::parse(v6.substr(0, 11))->to_string() == "2001:db8::1");
}

TEST_CASE("the longest text fits into text_bytes_max") {
  std::array<char, ip_address::text_bytes_max> text{};
  const ip_address longest = ip_address::from_bits(~0ULL, ~0ULL);
  CHECK(longest.write(text.data()) - text.data() == 39);
  // The embedded form, with which glibc writes IPv4-compatible addresses.
  const ip_address embedded = ip_address::from_bits(0, 0xffff'ffff);
  CHECK(embedded.write(text.data()) <= text.data() + text.size());
  CHECK(ip_address::parse(embedded.to_string()) == embedded);
}

TEST_CASE("adding carries over into the upper half of an IPv6 address") {
  CHECK(ip_address::parse("2001:db8::ffff:ffff:ffff:ffff")->plus(1) ==
        ip_address::parse("2001:db8:0:1::"));
  CHECK(ip_address::from_v4(0x0a0000ff).plus(1) == ip_address::from_v4(0x0a000100));
}

TEST_CASE("link-local and multicast addresses are recognised") {
  CHECK(ip_address::parse("fe80::1")->is_link_local_v6());
  CHECK(ip_address::parse("febf::1")->is_link_local_v6());
  CHECK_FALSE(ip_address::parse("fec0::1")->is_link_local_v6());
  CHECK(ip_address::parse("224.0.0.1")->is_multicast());
  CHECK(ip_address::parse("ff02::1")->is_multicast());
  CHECK_FALSE(ip_address::parse("223.255.255.255")->is_multicast());
}
