#include "muster/exclude_set.hpp"

#include "support/catch.hpp"
#include "unit/core/random_source.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using muster::exclude_set;
using muster::ip_address;
using muster::test::random_source;

namespace {

ip_address at(const char* text) { return *ip_address::parse(text); }

exclude_set excluding(std::initializer_list<const char*> texts) {
  exclude_set excludes;
  for (const char* text : texts) {
    INFO(text);
    CHECK(excludes.add_text(text) == "");
  }
  return excludes;
}

}  // namespace

TEST_CASE("an empty set excludes nothing") {
  const exclude_set none;
  CHECK(none.empty());
  CHECK_FALSE(none.contains(at("10.0.0.1")));
  CHECK_FALSE(none.covering_end(at("::")));
  CHECK_FALSE(none.contains_name("example.com"));
}

TEST_CASE("an excluded block is excluded with its network and broadcast addresses") {
  const exclude_set excludes = excluding({"10.0.0.0/24"});
  CHECK(excludes.contains(at("10.0.0.0")));
  CHECK(excludes.contains(at("10.0.0.255")));
  CHECK_FALSE(excludes.contains(at("9.255.255.255")));
  CHECK_FALSE(excludes.contains(at("10.0.1.0")));
}

TEST_CASE("every form of address can be excluded") {
  const exclude_set excludes =
      excluding({"10.0.0.1", "10.0.1.0/31", "10.0.2.1-10.0.2.3", "10.0.3.1,5", "10.0.4-5.7,9",
                 "::1", "2001:db8::/64", "[fe80::1%lo]", "# comment", "", "10.9.9.9 # why"});
  for (const char* text : {"10.0.0.1", "10.0.1.1", "10.0.2.2", "10.0.3.5", "10.0.5.9", "::1",
                           "2001:db8::5", "fe80::1", "10.9.9.9"}) {
    INFO(text);
    CHECK(excludes.contains(at(text)));
  }
  for (const char* text : {"10.0.0.2", "10.0.1.2", "10.0.2.4", "10.0.3.4", "10.0.5.8", "::2",
                           "2001:db8:0:1::", "fe80::2"}) {
    INFO(text);
    CHECK_FALSE(excludes.contains(at(text)));
  }
}

TEST_CASE("names are excluded whatever their case and trailing dot") {
  const exclude_set excludes = excluding({"Router.Example.com", "other.example."});
  CHECK_FALSE(excludes.empty());
  CHECK(excludes.contains_name("router.example.com"));
  CHECK(excludes.contains_name("ROUTER.example.COM."));
  CHECK(excludes.contains_name("other.example"));
  CHECK_FALSE(excludes.contains_name("example.com"));
}

TEST_CASE("what can't be excluded is told why, and excludes nothing") {
  exclude_set excludes;
  CHECK_THAT(excludes.add_text("10.0.0.0/33"), ContainsSubstring("0 to 32"));
  CHECK_THAT(excludes.add_text("example.com:80"), ContainsSubstring("port"));
  CHECK_THAT(excludes.add_text("10.0.0.1:80"), ContainsSubstring("port"));
  CHECK_THAT(excludes.add_text("10.0.0.0/24:80"), ContainsSubstring("port"));
  CHECK_THAT(excludes.add_text("http://example.com/"), ContainsSubstring("URL"));
  CHECK_THAT(excludes.add_text("0-255.0-255.0-255.1,3,5"),
             ContainsSubstring("too many separate ranges"));
  CHECK(excludes.empty());
}

TEST_CASE("ranges that overlap or touch are one, and the end of the whole is known") {
  const exclude_set excludes = excluding({"10.0.0.5-9", "10.0.0.10-20", "10.0.0.1-6", "10.0.0.30"});
  CHECK(excludes.covering_end(at("10.0.0.1")) == at("10.0.0.20"));
  CHECK(excludes.covering_end(at("10.0.0.20")) == at("10.0.0.20"));
  CHECK_FALSE(excludes.covering_end(at("10.0.0.21")));
  CHECK(excludes.covering_end(at("10.0.0.30")) == at("10.0.0.30"));
}

TEST_CASE("octet ranges that join up across octets are one range") {
  const exclude_set excludes = excluding({"10.0,2.0-255.0-255"});
  CHECK(excludes.covering_end(at("10.0.0.0")) == at("10.0.255.255"));
  CHECK_FALSE(excludes.contains(at("10.1.0.0")));
  CHECK(excludes.covering_end(at("10.2.7.7")) == at("10.2.255.255"));
}

TEST_CASE("all of IPv6 is nothing of IPv4, and the other way round") {
  const exclude_set no_v6 = excluding({"::/0"});
  CHECK(no_v6.contains(at("::")));
  CHECK(no_v6.contains(at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
  CHECK_FALSE(no_v6.contains(at("0.0.0.0")));
  CHECK_FALSE(no_v6.contains(at("255.255.255.255")));
  const exclude_set no_v4 = excluding({"0.0.0.0/0"});
  CHECK(no_v4.contains(at("0.0.0.0")));
  CHECK(no_v4.contains(at("255.255.255.255")));
  CHECK_FALSE(no_v4.contains(at("::1")));
  CHECK_FALSE(no_v4.contains(at("2001:db8::1")));
}

TEST_CASE("what is added after a question counts in the next one") {
  exclude_set excludes = excluding({"10.0.0.9"});
  CHECK(excludes.contains(at("10.0.0.9")));
  CHECK(excludes.add_text("10.0.0.1-10.0.0.3") == "");
  CHECK(excludes.contains(at("10.0.0.2")));
  CHECK(excludes.contains(at("10.0.0.9")));
}

TEST_CASE("lookups agree with a plain set, in order, backwards and at random") {
  random_source random{1};
  exclude_set excludes;
  std::set<std::uint32_t> plain;
  for (int i = 0; i < 60; ++i) {
    const std::uint32_t first = random.below(2000);
    const std::uint32_t last = first + random.below(20);
    excludes.add(ip_address::from_v4(first), ip_address::from_v4(last));
    for (std::uint32_t value = first; value <= last; ++value)
      plain.insert(value);
  }
  const auto agrees = [&](std::uint32_t value) {
    std::uint32_t end = value;
    while (plain.count(end + 1))
      ++end;
    const auto found = excludes.covering_end(ip_address::from_v4(value));
    return plain.count(value) ? found == ip_address::from_v4(end) : !found;
  };
  for (std::uint32_t value = 0; value < 2100; ++value)
    CHECK(agrees(value));
  for (std::uint32_t value = 2100; value-- > 0;)
    CHECK(agrees(value));
  for (int i = 0; i < 2000; ++i)
    CHECK(agrees(random.below(2100)));
}

TEST_CASE("a set of 100,000 entries agrees with plain marks, in order and at random") {
  constexpr std::uint32_t base = 0x0a000000;
  constexpr std::uint32_t span = 1 << 20;
  random_source random{7};
  exclude_set excludes;
  std::vector<bool> plain(span + 256);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t first = random.below(span);
    const std::uint32_t last = first + (i % 10 == 0 ? random.below(255) : 0);
    const std::string text = ip_address::from_v4(base + first).to_string() + "-" +
                             ip_address::from_v4(base + last).to_string();
    REQUIRE(excludes.add_text(first == last ? text.substr(0, text.find('-')) : text) == "");
    std::fill(plain.begin() + first, plain.begin() + last + 1, true);
  }
  const auto agrees = [&](std::uint32_t value) {
    return excludes.contains(ip_address::from_v4(base + value)) == plain[value];
  };
  std::uint32_t wrong = 0;
  for (std::uint32_t value = 0; value < span; ++value)
    wrong += !agrees(value);
  for (std::uint32_t i = 0; i < 200'000; ++i)
    wrong += !agrees(random.below(span));
  CHECK(wrong == 0);
  // Stepping from run to run meets every address that is left, and no other.
  std::uint32_t at = 0;
  while (at < span) {
    const auto end = excludes.covering_end(ip_address::from_v4(base + at));
    const auto free_end = end ? end : excludes.free_end(ip_address::from_v4(base + at));
    const std::uint32_t last = free_end ? free_end->v4() - base : span - 1;
    for (; at <= last && at < span; ++at)
      wrong += plain[at] != end.has_value();
  }
  CHECK(wrong == 0);
}

TEST_CASE("the free addresses end before the next excluded one, or nowhere") {
  const exclude_set excludes = excluding({"10.0.0.5-9", "10.0.0.20", "::5"});
  CHECK(excludes.free_end(at("10.0.0.1")) == at("10.0.0.4"));
  CHECK(excludes.free_end(at("10.0.0.10")) == at("10.0.0.19"));
  CHECK_FALSE(excludes.free_end(at("10.0.0.21")));
  CHECK(excludes.free_end(at("::1")) == at("::4"));
  CHECK_FALSE(exclude_set{}.free_end(at("10.0.0.1")));
}
