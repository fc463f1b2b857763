#include "parse_support.hpp"
#include "support/catch.hpp"

#include <string>

using Catch::Matchers::ContainsSubstring;
using muster::test::parse_bad;
using namespace std::string_literals;

namespace {

/// A text that is refused, and what its message has to say.
struct refusal {
  std::string text;
  std::string says;
};

void check_refused(std::initializer_list<refusal> refusals) {
  for (const refusal& each : refusals) {
    INFO(each.text);
    CHECK_THAT(parse_bad(each.text), ContainsSubstring(each.says));
  }
}

}  // namespace

TEST_CASE("a bad prefix length is told its bounds or its remedy") {
  check_refused({
      {"10.0.0.0/33", "IPv4 block is 0 to 32, not 33"},
      {"10.0.0.0/99999999999", "0 to 32"},
      {"2001:db8::/129", "IPv6 block is 0 to 128, not 129"},
      {"10.0.0.0/", "is missing: write 10.0.0.0/24"},
      {"2001:db8::/", "is missing: write 2001:db8::/64"},
      {"10.0.0.0/x", "'x' is not a prefix length"},
      {"10.0.0.0/00", "'00' is not a prefix length"},
      {"10.0.0.0/-1", "'-1' is not a prefix length"},
      {"10.0.0.0/24-25", "'24-25' is not a prefix length"},
      {"10.0.0.0/255.255.255.0", "as a prefix length: 10.0.0.0/24"},
      {"10.0.0.0/255.0.255.0", "'255.0.255.0' is not a prefix length"},
      {"host/24", "goes with an address, not with a name"},
      {"10.0.0-1.0/24", "a range where one address is needed"},
  });
}

TEST_CASE("a bad IPv4 address is told which number is wrong") {
  check_refused({
      {"10.0.0.256", "256 is too large"},
      {"10.0.0.9999999999", "9999999999 is too large"},
      {"010.0.0.1", "leading zero of 010 is ambiguous (octal to some programs): write 10"},
      {"10.0.0.00", "leading zero of 00 is ambiguous (octal to some programs): write 0"},
      {"10.0.0.01-9", "leading zero of 01"},
      {"010.0.0.0/24", "leading zero of 010"},
      {"1.2.3", "four numbers, not 3: write 1.2.3.0/24 for the whole block"},
      {"10.1", "write 10.1.0.0/16 for"},
      {"10", "write 10.0.0.0/8 for"},
      {"1.2.3.4.5", "four numbers, not 5"},
      {"1..3.4", "a number is missing"},
      {"1.2.3.", "a number is missing"},
      {"10.0.0.1,", "a number is missing"},
      {"10.0.0.*", "write 0-255 instead of *"},
      {"10.0.0.1,10.0.0.2", "one target a line, or an argument each"},
      {"0x7f.1", "ends in a number"},
      {"0x7f000001", "ends in a number"},
      {"host.1", "ends in a number"},
  });
}

TEST_CASE("a range that is backwards or lacks an end is told how it goes") {
  check_refused({
      {"10.0.0.9-10.0.0.1", "runs backwards: write 10.0.0.1-10.0.0.9"},
      {"10.0.0.20-5", "20-5 runs backwards: write 5-20"},
      {"::9-::1", "runs backwards: write ::1-::9"},
      {"10.0.0.1-", "the range 1- has no end"},
      {"-10.0.0.1", "the range -10 has no start"},
      {"10.0.0.-5", "the range -5 has no start"},
      {"::1-", "the range has no start or no end"},
      {"10.0.0.1-10.0.0.256", "the end of the range: 256 is too large"},
      {"10.0.0.1-10.0.1", "the end of the range: an IPv4 address has four numbers, not 3"},
      {"10.0.0.1-2-3", "'2-3' is not a number"},
      {"::1-ff", "'ff' is not an IPv6 address"},
      {"10.0.0.1-::5", "not an IPv6 address"},
  });
}

TEST_CASE("a bad port is told its bounds") {
  check_refused({
      {"host:99999", "the port 99999 is out of range: 1 to 65535"},
      {"host:65536", "out of range"},
      {"host:0", "the port 0 is out of range"},
      {"host:", "the port after ':' is missing"},
      {"10.0.0.1:", "the port after ':' is missing"},
      {"10.0.0.0/24:0", "the port 0 is out of range"},
      {"[::1]:70000", "out of range"},
      {"host:http", "'http' is not a port"},
      {"host:+80", "'+80' is not a port"},
      {"host:22,80", "one port"},
      {"host:20-25", "one port"},
      {"10.0.0.1:99999999999999999999", "out of range"},
      {":80", "the host is missing"},
  });
}

TEST_CASE("bad IPv6 text is told how it is written") {
  check_refused({
      {":::", "is not an IPv6 address"},
      {"1:2:3", "is not an IPv6 address"},
      {"10.0.0.1:80:90", "a port goes after brackets"},
      {"host:80:90", "more than one colon"},
      {"[::1", "the closing ] is missing"},
      {"[::1]80", "'80' after the ] is neither"},
      {"[::1]]", "neither"},
      {"[10.0.0.1]", "brackets are for IPv6"},
      {"[]", "brackets are for IPv6"},
      {"[host]:80", "brackets are for IPv6"},
      {"fe80::1%no-such-if0", "no interface 'no-such-if0'"},
      {"fe80::1%an-interface-name-far-too-long", "no interface"},
      {"fe80::1%0", "no interface '0'"},
      {"fe80::1%4294967295", "no interface"},
      {"fe80::1%", "the zone after % is missing"},
      {"10.0.0.1%lo", "belongs to an IPv6 address"},
      {"host%lo", "belongs to an IPv6 address"},
  });
}

TEST_CASE("a bad host name is told what is wrong with it") {
  check_refused({
      {"b\xffhost.example", "it is not UTF-8"},
      {"\xff\xfe", "it is not UTF-8"},
      {"10.0.0.1:８０", "not ASCII"},
      {"a..b", "empty part"},
      {".a", "empty part"},
      {"a..", "empty part"},
      {".", "empty part"},
      {"a,b", "one target a line"},
      {"*.example.com", "wildcard"},
      {"root@host", "write what follows the @"},
      {"what?", "the character '?'"},
      {"a=b", "the character '='"},
      {std::string(64, 'a'), "at most 63"},
      {std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
           std::string(62, 'd'),
       "at most 253"},
      {"example.com/path", "http://example.com/path"},
      {"example.com:8080/path", "http://example.com:8080/path"},
  });
}

TEST_CASE("white space and control characters have no place within a target") {
  check_refused({
      {"10.0.0.1 10.0.0.2", "one target a line"},
      {"10.0.0.1\t80", "one target a line"},
      {"host\x1b[2J", "control character \\x1b"},
      {"host\rname", "control character \\x0d"},
      {"ho\x7fst", "control character \\x7f"},
      {"h\0o\0s\0t\0"s, "NUL byte"},
  });
}

TEST_CASE("no message repeats more of a hostile text than a line can show") {
  for (const char c : {'a', '1', '-', ',', ':', '/', '[', '%', '*', '0'}) {
    CHECK(parse_bad(std::string(8000, c)).size() < 400);
    CHECK(parse_bad("10.0.0.0/" + std::string(8000, c)).size() < 400);
    CHECK(parse_bad("host:" + std::string(8000, c)).size() < 400);
  }
}
