#include "bench/contenders.hpp"
#include "support/catch.hpp"

#include <stdexcept>
#include <string_view>
#include <vector>

using namespace muster::bench;

namespace {

/// What a contender's output comes to.
tally read_all(const char* contender, const work& wanted,
               const std::vector<std::string_view>& lines) {
  const auto who = entrant::parse(contender);
  tally results{wanted};
  for (const auto& line : lines)
    who.who->read(wanted, &line, results);
  who.who->read(wanted, nullptr, results);
  return results;
}

work three(probe one) {
  work out;
  out.probe = one;
  out.targets = targets::parse("10.0.0.1-10.0.0.3");
  out.live = 2;
  return out;
}

const probe icmp{};
const probe tcp{probe_kind::tcp, 22};
const probe http{probe_kind::http, 80};

}  // namespace

TEST_CASE("the JSON lines of muster are read") {
  const auto wanted = three(icmp);
  const auto results = read_all(
      "coroutine", wanted,
      {R"({"time":"…","target":"10.0.0.1","probe":"icmp","address":"10.0.0.1","status":"up"})",
       R"({"time":"…","target":"10.0.0.2","probe":"icmp","address":"10.0.0.2","status":"up"})",
       R"({"time":"…","target":"10.0.0.3","probe":"icmp","address":"10.0.0.3","status":"timeout"})"});
  CHECK(results.right() == 3);
}

TEST_CASE("the lines of this program's own runners are read") {
  const auto wanted = three(icmp);
  const auto results = read_all(
      "pool:2", wanted, {"10.0.0.2 up 0.012000 0.000100", "10.0.0.1 up", "10.0.0.3 timeout"});
  CHECK(results.right() == 3);
}

TEST_CASE("fping's list of those alive is read") {
  const auto wanted = three(icmp);
  CHECK(read_all("fping", wanted, {"10.0.0.1", "10.0.0.2"}).right() == 3);
  CHECK(read_all("fping", wanted, {"10.0.0.1", "10.0.0.3"}).wrong() == 2);
}

TEST_CASE("nmap's grepable output is read") {
  const auto wanted = three(icmp);
  const auto pinged = read_all("nmap", wanted,
                               {"# Nmap 7.93 scan initiated", "Host: 10.0.0.1 ()\tStatus: Up",
                                "Host: 10.0.0.2 ()\tStatus: Up", "# Nmap done"});
  CHECK(pinged.right() == 3);
  auto refusing = three(tcp);
  refusing.rest = "refused";
  const auto connected =
      read_all("nmap", refusing,
               {"Host: 10.0.0.1 ()\tStatus: Up", "Host: 10.0.0.1 ()\tPorts: 22/open/tcp//ssh///",
                "Host: 10.0.0.2 ()\tPorts: 22/open/tcp//ssh///",
                "Host: 10.0.0.3 ()\tPorts: 22/closed/tcp//ssh///"});
  CHECK(connected.right() == 3);
}

TEST_CASE("the output of ping and of curl is read") {
  const auto pinged = read_all(
      "xargs:9", three(icmp),
      {"PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.",
       "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.01 ms",
       "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.01 ms", "--- 10.0.0.3 ping statistics ---",
       "1 packets transmitted, 0 received, 100% packet loss, time 0ms"});
  CHECK(pinged.right() == 3);
  const auto asked =
      read_all("curl:9", three(http),
               {"http://10.0.0.1:80/ 200", "http://10.0.0.2:80/ 200", "http://10.0.0.3:80/ 000"});
  CHECK(asked.right() == 3);
}

TEST_CASE("counts of the load generators are read") {
  CHECK(read_all("wrk:9", three(http), {"  31234 requests in 1.00s, 25.11MB read"}).right() ==
        31234);
  CHECK(read_all("wrk:9", three(http), {"  Non-2xx or 3xx responses: 5"}).wrong() == 5);
  CHECK(read_all("s_time", three(http),
                 {"1234 connections in 2 real seconds, 0 bytes read per connection"})
            .right() == 1234);
  CHECK(read_all("hey:9", three(http), {"  [200]\t3 responses"}).right() == 3);
  CHECK(read_all("hey:9", three(http), {"  [503]\t3 responses"}).wrong() == 3);
}

TEST_CASE("the plain loop's answers are compared with those that there must be") {
  CHECK(read_all("limit", three(icmp), {"sent 3 received 2 seconds 0.1 rate 20"}).lost() == 0);
  CHECK(read_all("limit", three(icmp), {"sent 3 received 1 seconds 0.1 rate 10"}).lost() == 1);
  CHECK(read_all("limit", three(icmp), {"sent 3 received 3 seconds 0.1 rate 30"}).lost() == 1);
  CHECK(read_all("limit", three(icmp), {}).lost() == 3);
}

TEST_CASE("a contender is named with the width that it needs") {
  CHECK(entrant::parse("pool:64").width == 64);
  CHECK(entrant::parse("coroutine").width == 0);
  for (const auto* bad : {"pool", "pool:0", "pool:x", "coroutine:4", "threads", "", "pool:64:1"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(entrant::parse(bad), std::invalid_argument);
  }
}
