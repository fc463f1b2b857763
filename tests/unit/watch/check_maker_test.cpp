#include "watch/check_maker.hpp"

#include "muster/probe/http.hpp"
#include "muster/probe/tcp.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <string>
#include <vector>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// The checks of a configuration in which nothing is wrong.
std::vector<watch_check> checks_of(const std::string& text) {
  const read_config read = read_watch_config("w.yml", text);
  for (const config_problem& one : read.problems)
    UNSCOPED_INFO(one.text());
  CHECK(read.problems.empty());
  check_maker maker;
  for (const config_problem& one : maker.add(read.config, {})) {
    UNSCOPED_INFO(one.text());
    CHECK(one.what.empty());
  }
  return maker.take();
}

std::vector<std::string> names_of(const std::vector<watch_check>& checks) {
  std::vector<std::string> all;
  for (const watch_check& one : checks)
    all.push_back(one.group->name + ": " + one.name);
  return all;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("each target has a check for each of its probes, with a name of its own") {
  const auto checks = checks_of(R"(
probes:
  web: {http: [/health, /login]}
checks:
  - {name: a, targets: [10.0.0.0/30, "b.test:22"], probes: [{tcp: "22,80"}, web]}
  - {name: b, targets: [10.0.0.1, "http://c.test/x", 10.0.0.1]}
)");
  CHECK(names_of(checks) ==
        names{"a: 10.0.0.1 tcp/22", "a: 10.0.0.1 tcp/80", "a: 10.0.0.1 web http://{}/health",
              "a: 10.0.0.1 web http://{}/login", "a: 10.0.0.2 tcp/22", "a: 10.0.0.2 tcp/80",
              "a: 10.0.0.2 web http://{}/health", "a: 10.0.0.2 web http://{}/login",
              "a: b.test:22 tcp/22", "a: b.test:22 tcp/80", "a: b.test:22 web http://{}/health",
              "a: b.test:22 web http://{}/login", "b: 10.0.0.1 icmp", "b: http://c.test/x",
              "b: 10.0.0.1 icmp #2"});
}

TEST_CASE("a check is the same in another run, whatever else there is") {
  const auto few = checks_of("checks: [{name: a, targets: 10.0.0.1}]");
  const auto more = checks_of(
      "checks: [{name: b, targets: 10.0.0.1}, {name: a, targets: "
      "[10.0.0.7, 10.0.0.1]}]");
  REQUIRE(more.size() == 3);
  CHECK(few[0].identity() == more[2].identity());
  CHECK(few[0].identity() != more[0].identity());
}

TEST_CASE("the timeout of checks is that of their targets, unless their rows say another") {
  const temporary_directory directory;
  write_whole_file(directory.file("rows.csv"), "target,timeout\n10.0.0.1,2s\n10.0.0.2,\n");
  const auto checks = checks_of("checks: [{name: a, timeout: 700ms, targets: 10.0.0.9, files: " +
                                directory.file("rows.csv") + "}]");
  REQUIRE(checks.size() == 3);
  CHECK(checks[0].subject.parameters()->timeout == 700ms);
  CHECK(checks[1].subject.parameters()->timeout == 2s);
  CHECK(checks[2].subject.parameters()->timeout == 700ms);
}

TEST_CASE("a directory stands for the lists in it, in the order of their names") {
  const temporary_directory directory;
  write_whole_file(directory.file("2.txt"), "10.0.0.2\n");
  write_whole_file(directory.file("1.txt"), "10.0.0.1\n");
  write_whole_file(directory.file(".hidden"), "10.0.0.3\n");
  const auto checks = checks_of("checks: [{name: a, files: " + directory.path().string() + "}]");
  CHECK(names_of(checks) == names{"a: 10.0.0.1 icmp", "a: 10.0.0.2 icmp"});
}

TEST_CASE("what is wrong with lists is told with its file and line") {
  const temporary_directory directory;
  write_whole_file(directory.file("l.txt"), "10.0.0.1\nbad target\n");
  const read_config read = read_watch_config(
      "w.yml", "checks: [{name: a, files: [" + directory.file("l.txt") + ", /no/such/list]}]");
  check_maker maker;
  const auto problems = maker.add(read.config, {});
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].text().starts_with("/no/such/list: No such file"));
  CHECK(problems[1].text().starts_with(directory.file("l.txt") + ":2: bad target: "));
}

TEST_CASE("a block that nobody could watch is refused") {
  const read_config read = read_watch_config("w.yml", "checks: [{name: a, targets: 10.0.0.0/8}]");
  check_maker maker;
  CHECK_THROWS_AS(maker.add(read.config, {}), too_many_checks);
}
