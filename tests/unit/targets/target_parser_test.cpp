#include "parse_support.hpp"
#include "support/catch.hpp"

#include <limits>
#include <string>
#include <vector>

using muster::ip_address;
using muster::target;
using muster::target_form;
using muster::test::members;
using muster::test::parse_good;
using strings = std::vector<std::string>;

TEST_CASE("a bare address is a target of its own") {
  for (const char* text :
       {"10.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1", "fe80::1"}) {
    INFO(text);
    const auto range = parse_good(text);
    REQUIRE(range.size() == 1);
    const target only = range.at(0);
    CHECK(only.form() == target_form::address);
    CHECK(only.address() == ip_address::parse(text));
    CHECK(only.to_string() == text);
    CHECK(only.written().empty());
    CHECK(only.port() == 0);
    CHECK_FALSE(only.of_range());
    CHECK_FALSE(only.needs_lookup());
  }
  CHECK(parse_good("[::1]").at(0).address() == ip_address::parse("::1"));
}

TEST_CASE("colons without brackets are all of an IPv6 address") {
  const target only = parse_good("::1:80").at(0);
  CHECK(only.address() == ip_address::parse("::1:80"));
  CHECK(only.port() == 0);
}

TEST_CASE("a CIDR block leaves out its network and broadcast addresses") {
  CHECK(members("10.0.0.0/29") ==
        strings{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"});
  CHECK(members("10.0.0.0/30") == strings{"10.0.0.1", "10.0.0.2"});
  CHECK(parse_good("127.0.0.0/16").size() == 65'534);
  CHECK(parse_good("10.0.0.0/8").size() == 16'777'214);
  CHECK(parse_good("0.0.0.0/0").size() == 4'294'967'294);
  CHECK(parse_good("0.0.0.0/0").at(4'294'967'293).to_string() == "255.255.255.254");
}

TEST_CASE("a CIDR block is whole when that is asked for, and always as /31 and /32") {
  CHECK(members("10.0.0.0/30", true) == strings{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"});
  CHECK(members("10.0.0.0/31") == strings{"10.0.0.0", "10.0.0.1"});
  CHECK(members("10.0.0.255/32") == strings{"10.0.0.255"});
  CHECK(parse_good("0.0.0.0/0", true).size() == 4'294'967'296);
}

TEST_CASE("a CIDR block with host bits set means the block") {
  CHECK(members("10.0.0.5/30") == strings{"10.0.0.5", "10.0.0.6"});
  CHECK(members("2001:db8::ff/127") == strings{"2001:db8::fe", "2001:db8::ff"});
}

TEST_CASE("an IPv6 block skips nothing, and the largest does not overflow") {
  CHECK(members("2001:db8::/126") ==
        strings{"2001:db8::", "2001:db8::1", "2001:db8::2", "2001:db8::3"});
  CHECK(members("2001:db8::7/128") == strings{"2001:db8::7"});
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(parse_good("2001:db8::/65").size() == 1ULL << 63);
  CHECK(parse_good("2001:db8::/64").size() == most);
  CHECK(parse_good("2001:db8::/63").size() == most);
  CHECK(parse_good("::/0").size() == most);
  CHECK(parse_good("::/0").at(most - 1).to_string() == "::ffff:ffff:ffff:fffe");
  CHECK(parse_good("2001:db8::/63").at(0).to_string() == "2001:db8::");
}

TEST_CASE("a range goes from its first to its last address") {
  CHECK(members("10.0.0.254-10.0.1.1") ==
        strings{"10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"});
  CHECK(members("10.0.0.5-8") == strings{"10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8"});
  CHECK(members("::fe-::101") == strings{"::fe", "::ff", "::100", "::101"});
  CHECK(members("10.0.0.5-10.0.0.5") == strings{"10.0.0.5"});
  CHECK(parse_good("0.0.0.0-255.255.255.255").size() == 4'294'967'296);
}

TEST_CASE("octet ranges and lists combine, the last octet running fastest") {
  CHECK(members("10.0.0-1.1-2") == strings{"10.0.0.1", "10.0.0.2", "10.0.1.1", "10.0.1.2"});
  CHECK(members("10.0.0.1,5,9") == strings{"10.0.0.1", "10.0.0.5", "10.0.0.9"});
  CHECK(members("10.0.0.9,5,1,5,4-6") ==
        strings{"10.0.0.1", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.9"});
  CHECK(members("1-2.0.0,9.1") == strings{"1.0.0.1", "1.0.9.1", "2.0.0.1", "2.0.9.1"});
  CHECK(parse_good("10.0.0-3.1-254").size() == 4 * 254);
  CHECK(parse_good("0-255.0-255.0-255.0-255").size() == 4'294'967'296);
  const auto sparse = parse_good("0-255.0-255.0-255.0,255");
  CHECK(sparse.size() == 2ULL << 24);
  CHECK(sparse.at(sparse.size() - 1).to_string() == "255.255.255.255");
}

TEST_CASE("only members of an expression for more than one target are of a range") {
  for (const char* text :
       {"10.0.0.0/24", "10.0.0.1-2", "10.0.0.1,3", "::1-::2", "10.0.0.0/31:80"}) {
    CHECK(parse_good(text).at(1).of_range());
  }
  for (const char* text :
       {"10.0.0.5/32", "10.0.0.5-5", "10.0.0.5,5", "::1/128", "10.0.0.5/32:80", "a.example"}) {
    CHECK_FALSE(parse_good(text).at(0).of_range());
  }
}

TEST_CASE("a host name is kept as written and looked up in lower case") {
  const target only = parse_good("Web-1.Example.COM").at(0);
  CHECK(only.form() == target_form::name);
  CHECK(only.needs_lookup());
  CHECK(only.host() == "web-1.example.com");
  CHECK(only.written() == "Web-1.Example.COM");
  CHECK(only.port() == 0);
  CHECK(parse_good("example.com.").at(0).host() == "example.com.");
  const std::string long_label(63, 'a');
  const std::string longest =
      long_label + "." + long_label + "." + long_label + "." + std::string(61, 'a');
  for (const std::string& text : std::vector<std::string>{
           "localhost", "a", "_dmarc.example.com", "host_1", "3com.com", "10-0-0-1.example",
           "1.2.3.4.example", "xn--bcher-kva.example", "a--b", longest, longest + "."}) {
    CHECK(parse_good(text).at(0).host() == text);
  }
}

TEST_CASE("what the DNS can hold is a host name") {
  for (const std::string text : {"bad-.test", "-a.example", "a--b.test", "-", "--.test", "_._tcp",
                                 "123.456.example", "4you", "0-1.2-3.test", "xn--.test", "a.b-"}) {
    INFO(text);
    CHECK(parse_good(text).at(0).host() == text);
    CHECK(parse_good(text + ":80").at(0).host() == text);
    CHECK(parse_good("http://" + text + "/").at(0).host() == text);
  }
}

TEST_CASE("a host and a port are a target for TCP") {
  struct sample {
    const char* text;
    const char* host;
    const char* address;
    std::uint16_t port;
  };
  for (const sample& each :
       {sample{"Example.com:443", "example.com", "::", 443},
        sample{"localhost:1", "localhost", "::", 1}, sample{"1.2.3.4:65535", "", "1.2.3.4", 65535},
        sample{"[2001:db8::1]:22", "", "2001:db8::1", 22}, sample{"http:80", "http", "::", 80}}) {
    INFO(each.text);
    const auto range = parse_good(each.text);
    REQUIRE(range.size() == 1);
    const target only = range.at(0);
    CHECK(only.form() == target_form::host_port);
    CHECK(only.host() == each.host);
    CHECK(only.address() == ip_address::parse(each.address));
    CHECK(only.port() == each.port);
    CHECK(only.written() == each.text);
    CHECK_FALSE(only.of_range());
  }
}

TEST_CASE("the port of a block or range is every member's") {
  const auto check = [](const char* text, strings expected) {
    INFO(text);
    const auto range = parse_good(text);
    CHECK(members(range) == expected);
    const target first = range.at(0);
    CHECK(first.form() == target_form::host_port);
    CHECK(first.port() != 0);
    CHECK(first.of_range());
    // What a member is called denotes that member again.
    const target again = parse_good(first.to_string()).at(0);
    CHECK(again.address() == first.address());
    CHECK(again.port() == first.port());
  };
  check("10.0.0.0/30:443", {"10.0.0.1:443", "10.0.0.2:443"});
  check("10.0.0.1-3:80", {"10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"});
  check("10.0.0.255-10.0.1.0:80", {"10.0.0.255:80", "10.0.1.0:80"});
  check("10.0.0.1,9:22", {"10.0.0.1:22", "10.0.0.9:22"});
  check("[::1-::2]:80", {"[::1]:80", "[::2]:80"});
  check("[2001:db8::/127]:80", {"[2001:db8::]:80", "[2001:db8::1]:80"});
  check("[2001:db8::]/127:80", {"[2001:db8::]:80", "[2001:db8::1]:80"});
  check("2001:db8::/127:80", {"[2001:db8::]:80", "[2001:db8::1]:80"});
}

TEST_CASE("a zone is the index of an interface of this machine") {
  const target bare = parse_good("fe80::1%lo").at(0);
  CHECK(bare.form() == target_form::address);
  CHECK(bare.scope() != 0);
  CHECK(bare.address() == ip_address::parse("fe80::1"));
  CHECK(bare.to_string() == "fe80::1%lo");
  CHECK(parse_good("[fe80::1%lo]").at(0).to_string() == "fe80::1%lo");
  CHECK(parse_good("fe80::1%" + std::to_string(bare.scope())).at(0).scope() == bare.scope());

  const target with_port = parse_good("[fe80::1%lo]:80").at(0);
  CHECK(with_port.form() == target_form::host_port);
  CHECK(with_port.port() == 80);
  CHECK(with_port.scope() == bare.scope());

  CHECK(members("fe80::%lo/127") == strings{"fe80::%lo", "fe80::1%lo"});
  CHECK(members("fe80::/127%lo") == strings{"fe80::%lo", "fe80::1%lo"});
  CHECK(members("fe80::1-fe80::2%lo") == strings{"fe80::1%lo", "fe80::2%lo"});
  CHECK(members("[fe80::%lo]/127:80") == strings{"[fe80::%lo]:80", "[fe80::1%lo]:80"});
  CHECK(parse_good("fe80::%lo/127").at(1).scope() == bare.scope());
}

TEST_CASE("a line is stripped of its comment and the white space around it") {
  for (const char* line : {"a.example", "  a.example\t", "a.example\r", "a.example # web server",
                           "a.example\t#x", "\ta.example #"}) {
    CHECK(muster::strip_line(line) == "a.example");
  }
  for (const char* line : {"", " ", "\t\r", "#", "# all of it", "   # indented", "#a#b"}) {
    CHECK(muster::strip_line(line).empty());
  }
  CHECK(muster::strip_line("http://h/#top") == "http://h/#top");
  CHECK(muster::strip_line("http://h/#top # note") == "http://h/#top");
}
