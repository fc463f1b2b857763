#include "bench/targets.hpp"
#include "bench/work.hpp"
#include "support/catch.hpp"

#include <stdexcept>
#include <string>

using muster::bench::probe;
using muster::bench::probe_kind;
using muster::bench::targets;

TEST_CASE("a range of addresses is numbered from its first one") {
  const auto range = targets::parse("10.0.0.250-10.0.1.5");
  CHECK(range.size() == 12);
  CHECK(range.text(0) == "10.0.0.250");
  CHECK(range.text(11) == "10.0.1.5");
  CHECK(range.address(6) == 0x0a000100);
  CHECK(range.describe() == "10.0.0.250-10.0.1.5");
  CHECK(range.first(3).describe() == "10.0.0.250-10.0.0.252");
  CHECK(range.first(100).size() == 12);
}

TEST_CASE("a result is found by the target, a URL of it, or host and port") {
  const auto range = targets::parse("10.0.0.1-10.0.0.9");
  CHECK(range.index_of("10.0.0.1") == 0);
  CHECK(range.index_of("http://10.0.0.3:8080/") == 2);
  CHECK(range.index_of("10.0.0.9:22") == 8);
  CHECK_FALSE(range.index_of("10.0.0.10"));
  CHECK_FALSE(range.index_of("10.0.0.0"));
  CHECK_FALSE(range.index_of("nonsense"));
  CHECK_FALSE(range.index_of(""));
}

TEST_CASE("a name is found by itself and by its address") {
  const auto names = targets::named(300);
  CHECK(names.text(299) == "h299.bench.test");
  CHECK(names.index_of("h299.bench.test") == 299);
  CHECK(names.index_of("127.2.0.1") == 0);
  CHECK(names.index_of("127.2.1.0") == 255);
  CHECK_FALSE(names.index_of("h300.bench.test"));
  CHECK_FALSE(names.index_of("hx.bench.test"));
  CHECK(targets::parse(names.describe()).size() == 300);
}

TEST_CASE("a task is its number, alone too") {
  CHECK(targets::parse("tasks:50").size() == 50);
  const auto one = targets::parse("task:7");
  CHECK(one.size() == 1);
  CHECK(one.text(0) == "7");
}

TEST_CASE("a user's own targets are expanded as the command does") {
  const auto own = targets::parse("192.0.2.0/30,host.example");
  CHECK(own.what() == targets::kind::listed);
  REQUIRE(own.size() == 3);
  CHECK(own.text(0) == "192.0.2.1");
  CHECK(own.text(2) == "host.example");
  CHECK(own.index_of("host.example") == 2);
  CHECK(own.address(1) == 0xc0000202);
  CHECK(own.address(2) == 0);
}

TEST_CASE("targets that make no sense are refused with a reason") {
  const std::string bad = GENERATE("", "10.0.0.300", "http://host.example/", "tasks:0", "names:x",
                                   "host.example:22", "@/nonexistent/file");
  CAPTURE(bad);
  CHECK_THROWS_AS(targets::parse(bad), std::exception);
}

TEST_CASE("a probe is written as its kind and port") {
  CHECK(probe::parse("icmp") == probe{probe_kind::icmp});
  CHECK(probe::parse("tcp:22") == probe{probe_kind::tcp, 22});
  CHECK(probe::parse("http") == probe{probe_kind::http, 80});
  CHECK(probe::parse("http:8080").describe() == "http:8080");
  for (const auto* bad : {"tcp", "tcp:", "tcp:0", "tcp:65536", "tcp:x", "udp:1", "icmp:1", ""}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(probe::parse(bad), std::invalid_argument);
  }
}
