#include "codec/dns_name.hpp"

#include "codec/dns_words.hpp"
#include "dns_packets.hpp"
#include "support/catch.hpp"

#include <string>

using namespace muster::codec;
using namespace muster::test;

namespace {

std::string on_wire(std::string_view text) {
  const auto name = parse_dns_name(text);
  return name ? *name : "error: " + name.error().message;
}

}  // namespace

TEST_CASE("a name is read label by label, with a dot at its end or without") {
  CHECK(on_wire("www.lab.test") == www_lab_test);
  CHECK(on_wire("www.lab.test.") == www_lab_test);
  CHECK(on_wire(".") == "\0"sv);
  CHECK(on_wire("_sip._tcp.X") == "\4_sip\4_tcp\1X\0"sv);
  CHECK(on_wire(R"(a\.b\\.\000\255c)") == "\4a.b\\\3\0\xff\x63\0"sv);
  CHECK(on_wire("0/25.2") ==
        "\4"
        "0/25\1"
        "2\0"sv);
}

TEST_CASE("what is no name of the DNS is refused, and why is said") {
  for (const char* const text : {"", "..", ".a", "a..b", "a\\", "a\\25", "a\\256", "a\\2x5"}) {
    CAPTURE(text);
    CHECK(on_wire(text).starts_with("error: "));
  }
  const std::string label(63, 'a');
  CHECK(on_wire(label) == "\x3f" + label + '\0');
  CHECK(on_wire(label + 'a').find("63 bytes") != std::string::npos);
  const std::string three = label + '.' + label + '.' + label + '.';
  CHECK(on_wire(three + std::string(61, 'b')).size() == dns_name_bytes_max);
  CHECK(on_wire(three + std::string(62, 'b')).find("255 bytes") != std::string::npos);
}

TEST_CASE("a name that is written and read again is the same") {
  for (const std::string_view text :
       {R"(www.lab.test.)"sv, R"(.)"sv, R"(\000\027\.\\\255.a\032b\".)"sv, R"(\@\$\(\)\;.)"sv}) {
    const std::string message = std::string(12, '\0') + on_wire(text);
    std::string read;
    const auto end = read_dns_name(bytes_of(message), 12, read);
    CHECK(end == message.size());
    CHECK(read == text);
  }
}

TEST_CASE("types and response codes have words, and numbers where they have none") {
  CHECK(dns_type_text(28) == "AAAA");
  CHECK(dns_type_text(65) == "TYPE65");
  CHECK(parse_dns_type("dnskey") == dns_type::dnskey);
  CHECK(parse_dns_type("type65535") == 65'535);
  for (const char* const wrong : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "AA", "1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_dns_type(wrong));
  }
  CHECK(dns_rcode_text(3) == "NXDOMAIN");
  CHECK(dns_rcode_text(4095) == "RCODE4095");
  CHECK(parse_dns_rcode("nxdomain") == 3);
  CHECK(parse_dns_rcode("5") == 5);
  CHECK(parse_dns_rcode("RCODE23") == 23);
  for (const char* const wrong : {"", "4096", "RCODE4096", "-1", "NX"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_dns_rcode(wrong));
  }
}
