#include "targets/listed_target.hpp"

#include "parse_support.hpp"

using Catch::Matchers::ContainsSubstring;
using namespace muster;
using namespace muster::test;

namespace {

std::vector<std::string> listed(std::string_view text) {
  INFO(text);
  const auto range = parse_listed_target(text, {});
  if (!range) FAIL("refused: " << range.error().message);
  return members(*range);
}

std::string refused(std::string_view text) {
  INFO(text);
  const auto range = parse_listed_target(text, {});
  if (range) FAIL("not refused: " << range->at(0).to_string());
  return range.error().message;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a whole host, a comma and a number in a list are host and port") {
  CHECK(listed("10.77.0.10,22") == names{"10.77.0.10:22"});
  CHECK(listed("10.77.0.10,443") == names{"10.77.0.10:443"});
  CHECK(listed("2001:db8::1,22") == names{"[2001:db8::1]:22"});
  CHECK(listed("fe80::1%lo,22") == names{"[fe80::1%lo]:22"});
  CHECK(listed("db.example,5432") == names{"db.example:5432"});
  CHECK_THAT(refused("10.77.0.10,0"), ContainsSubstring("out of range"));
  CHECK_THAT(refused("10.77.0.10,65536"), ContainsSubstring("out of range"));
}

TEST_CASE("several numbers after a whole address in a list are refused, with both ways to write") {
  for (const char* text : {"10.0.0.1,5,7", "10.0.0.1,5-7"}) {
    CHECK_THAT(refused(text),
               ContainsSubstring("10.0.0.1:5,") && ContainsSubstring("10.0.0.1-1,5"));
  }
  CHECK(listed("10.0.0.1-1,5,7") == names{"10.0.0.1", "10.0.0.5", "10.0.0.7"});
  CHECK_THAT(refused("db.example,80,443"), ContainsSubstring("write db.example:80"));
  CHECK_THAT(refused("2001:db8::1,80,443"), ContainsSubstring("write [2001:db8::1]:80"));
}

TEST_CASE("octet ranges that can be nothing else are octet ranges in a list, too") {
  CHECK(listed("10.0,1.0.1") == names{"10.0.0.1", "10.1.0.1"});
  CHECK(listed("10.0.0-1.3,5").size() == 4);
  CHECK(listed("10.0.0.1-3,7").size() == 4);
  CHECK_THAT(refused("10.0.0.1,10.0.0.2"), ContainsSubstring("several targets in one"));
  CHECK_FALSE(refused("10.0.0.0/30,22").empty());
  CHECK_FALSE(refused("10.0.0.1,").empty());
  CHECK_FALSE(refused(",22").empty());
}

TEST_CASE("a port that masscan found open is a target, and what else it writes is none") {
  CHECK(listed("open tcp 22 10.0.0.1 1390380064") == names{"10.0.0.1:22"});
  CHECK(listed("open tcp 22 2001:db8::1 1390380064") == names{"[2001:db8::1]:22"});
  for (const char* text :
       {"open tcp 22 10.0.0.1", "open tcp 22 10.0.0.1 1 2", "open tcp  10.0.0.1 22 1",
        "open tcp 22 10.0.0.0/24 1", "open tcp ", "open udp 53 10.0.0.1 1", "open tcp x 10.0.0.1 1",
        "closed tcp 22 10.0.0.1 1", "banner tcp 22 10.0.0.1 1 ssh x"}) {
    CHECK_FALSE(refused(text).empty());
  }
  CHECK_THAT(refused("Host: 10.0.0.1 ()\tStatus: Up"), ContainsSubstring("nmap's -oG"));
}

TEST_CASE("what an argument means by commas stays as nmap has it") {
  CHECK(members("10.0.0.1,5,7") == names{"10.0.0.1", "10.0.0.5", "10.0.0.7"});
  CHECK(members("10.0.0.1,22") == names{"10.0.0.1", "10.0.0.22"});
}
