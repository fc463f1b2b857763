// Runs the program as a user does: every scenario at small scale, and what can be mistyped.
#include "bench/network.hpp"
#include "bench/report.hpp"
#include "bench/scenarios.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace muster::bench;
using muster::test::process_result;
using muster::test::temporary_directory;

namespace {

process_result run_bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), MUSTER_BENCH_PROGRAM);
  return muster::test::run(std::move(arguments), {}, std::chrono::minutes{2});
}

/// True, and says so, where there can be no namespaces of this test's own.
bool skipped_without_lab() {
  std::string why_not;
  if (muster::test::lab::enter(why_not)) return false;
  std::printf("skipped: %s\n", why_not.c_str());
  return true;
}

report run_small(std::vector<std::string> arguments) {
  const temporary_directory files;
  arguments.insert(arguments.end(), {"--small", "-o", files.file("out.json")});
  const auto ended = run_bench(std::move(arguments));
  CAPTURE(ended.out, ended.err);
  REQUIRE(ended.exit_code == 0);
  report out;
  add_json(out, files.file("out.json"));
  return out;
}

/// Peers are other people's programs, of any version: they need not be there, nor be right.
bool is_peer(const std::string& contender) {
  const auto name = contender.substr(0, contender.find(':'));
  for (const auto* own :
       {"coroutine", "thread", "pool", "polling-pool", "process", "serial", "limit"}) {
    if (name == own) return false;
  }
  return true;
}

void check_scenario(const std::string& name) {
  if (skipped_without_lab()) return;
  const auto all = run_small({"--scenario", name});
  REQUIRE(all.scenarios.size() == 1);
  for (const auto& one : all.scenarios[0].rows) {
    CAPTURE(one.contender, one.command, one.why);
    if (is_peer(one.contender)) continue;
    CHECK(one.outcome == verdict::good);
    CHECK(one.wrong == 0);
    CHECK(one.lost == 0);
    CHECK(one.wall_s.median > 0);
    CHECK(one.memory_kib.median > 0);
  }
}

}  // namespace

TEST_CASE("scenario: the article") { check_scenario("article"); }
TEST_CASE("scenario: timeouts") { check_scenario("timeouts"); }
TEST_CASE("scenario: a hundred thousand timeouts") { check_scenario("timeouts-100k"); }
TEST_CASE("scenario: a million timeouts") { check_scenario("timeouts-1m"); }
TEST_CASE("scenario: live ICMP") { check_scenario("live-icmp"); }
TEST_CASE("scenario: accepted connections") { check_scenario("tcp-accepted"); }
TEST_CASE("scenario: refused connections") { check_scenario("tcp-refused"); }
TEST_CASE("scenario: mixed connections") { check_scenario("tcp-mixed"); }
TEST_CASE("scenario: HTTP") { check_scenario("http"); }
TEST_CASE("scenario: HTTPS") { check_scenario("https"); }
TEST_CASE("scenario: HTTP on kept connections") { check_scenario("http-kept"); }
TEST_CASE("scenario: names") {
  if (const auto why_not = why_no_name_server(); !why_not.empty()) MUSTER_SKIP(why_not);
  check_scenario("names");
}
TEST_CASE("scenario: a slow producer") { check_scenario("slow-producer"); }
TEST_CASE("scenario: tiny tasks") { check_scenario("tiny-tasks"); }
TEST_CASE("scenario: tiny processes") { check_scenario("tiny-processes"); }

TEST_CASE("the figures and the growth are measured") {
  if (skipped_without_lab()) return;
  const auto all = run_small({"--figures", "--growth"});
  CHECK(all.figures.size() >= 19);
  const auto late = std::ranges::count_if(all.figures, [](const figure& one) {
    return one.what.ends_with(
        "that answer 20 ms late: the same, beyond what each held its answer back");
  });
  CHECK(late == (why_no_name_server().empty() ? 5 : 4));
  REQUIRE(all.growth.size() == 2);
  for (const auto& one : all.growth) {
    for (const auto& point : one.lines.at(0).points)
      CHECK(point.why_not.empty());
  }
}

TEST_CASE("a user's own targets are probed by whom the user names") {
  if (skipped_without_lab()) return;
  const auto all = run_small({"--targets", "127.0.0.1,127.0.0.2", "--probe", "tcp:9", "--runner",
                              "coroutine,thread,pool:2", "--timeout", "1s"});
  REQUIRE(all.scenarios.size() == 1);
  REQUIRE(all.scenarios[0].rows.size() == 3);
  for (const auto& one : all.scenarios[0].rows) {
    CHECK(one.outcome == verdict::good);
    CHECK(one.statuses == "2 refused");
  }
}

TEST_CASE("an option that is mistyped gets a line that says what is meant") {
  struct mistake {
    std::vector<std::string> arguments;
    const char* said;
  };
  const auto one =
      GENERATE(mistake{{"--scenarios", "http"}, "--scenario"},
               mistake{{"--scenario", "htp"}, "'htp' is not a scenario"},
               mistake{{"--runner", "pool"}, "as in pool:64"},
               mistake{{"--runner", "fpin"}, "neither a runner nor a peer"},
               mistake{{"--targets", "10.0.0.300"}, "10.0.0.300"},
               mistake{{"--targets", "127.0.0.1", "--probe", "tcp"}, "needs a port"},
               mistake{{"--targets", "127.0.0.1", "--scenario", "http"}, "give one of them"},
               mistake{{"-o", "report.pdf"}, ".html"},
               mistake{{"-o", "/no/such/report.json"}, "can't write '/no/such/report.json'"},
               mistake{{"127.0.0.1"}, "--targets"}, mistake{{"--timeout", "soon"}, "--timeout"},
               mistake{{"--figure", "speed"}, "'speed' is not among the figures"});
  const auto ended = run_bench(one.arguments);
  CAPTURE(one.arguments, ended.err);
  CHECK(ended.exit_code == 2);
  CHECK(ended.err.find(one.said) != ended.err.npos);
  CHECK(ended.out.empty());
}

TEST_CASE("the list names every scenario") {
  const auto ended = run_bench({"--list"});
  CHECK(ended.exit_code == 0);
  for (const auto& one : all_scenarios())
    CHECK(ended.out.find(one.name) != ended.out.npos);
}
