#include "cli/sweep.hpp"
#include "support/enough_time.hpp"

#include <csignal>
#include <string>
#include <utility>
#include <vector>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// 192.168.0.1 to 16 answer; whoever comes after them does not.
void silence_most_of_the_subnet() {
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  lab::drop_syns("192.168.0.17-192.168.0.255");
}

/// The JSON lines of a target.
std::string lines_of_target(const std::string& out, const std::string& target) {
  std::istringstream lines{out};
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (contains(line, "\"target\":\"" + target + "\"")) found += line + '\n';
  }
  return found;
}

}  // namespace

TEST_CASE("a silent target is tried again, each try is told, and the time it takes is announced") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep({"192.168.0.16-192.168.0.17", "--timeout", "100ms", "--retries", "2",
                             "--backoff", "50ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(lines_of_target(result.out, "192.168.0.17"),
                 R"("attempts":[{"status":"timeout","reason":"no_reply"},)"
                 R"({"status":"timeout","reason":"no_reply"},)"
                 R"({"status":"timeout","reason":"no_reply"}])"));
  CHECK_FALSE(contains(lines_of_target(result.out, "192.168.0.16"), "attempts"));
  CHECK(contains(result.err, "this takes up to 0.45 s if nothing answers"));
  CHECK(contains(result.err, "icmp 4 packets sent, 1 received"));
  CHECK(result.wall >= 450ms);
}

TEST_CASE("connections are tried again after silence, not after a refusal") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep({"192.168.0.16-192.168.0.17", "--tcp", "1", "--timeout", "100ms",
                             "--retries", "1", "--backoff", "0", "--csv"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, "refused,connection_refused") == 1);
  CHECK(lines_with(result.out, "timeout,connect_timeout,") == 1);
  CHECK(lines_with(result.out, ",,2,,") == 1);  // the tries, between columns without a value
}

TEST_CASE("a target's time limits all its probes, be they in flight or not started") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep(
      {"192.168.0.17", "--tcp", "1-100", "--timeout", "1s", "--host-timeout", "1500ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"timeout","reason":"connect_timeout")") == 4);
  CHECK(lines_with(result.out, R"("status":"timeout","reason":"host_timeout")") == 4);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"host_timeout")") == 92);
  CHECK(result.wall < 5s);
}

TEST_CASE("a target's time limits a series of echo requests") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep({"192.168.0.16-192.168.0.17", "--count", "100", "--interval", "100ms",
                             "--host-timeout", "550ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(lines_of_target(result.out, "192.168.0.16"), R"("status":"up")"));
  CHECK(contains(lines_of_target(result.out, "192.168.0.17"), R"("reason":"host_timeout")"));
  CHECK(result.wall < 5s);
}

TEST_CASE("ordered results stand in the order of the targets, as the targets come") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep({"192.168.0.20", "192.168.0.1-192.168.0.40", "--tcp", "1,2",
                             "--timeout", "200ms", "--ordered", "--csv", "--rate", "0"});
  std::istringstream lines{result.out};
  std::string line;
  std::getline(lines, line);
  const auto expect = [&](int host, int port) {
    std::getline(lines, line);
    const std::string cells = ",192.168.0." + std::to_string(host) + ",tcp,192.168.0." +
                              std::to_string(host) + ',' + std::to_string(port) + ',';
    CAPTURE(line, cells);
    CHECK(contains(line, cells));
  };
  for (int i = 0; i <= 40; ++i) {
    expect(i == 0 ? 20 : i, 1);
    expect(i == 0 ? 20 : i, 2);
  }
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("Ctrl-C hands on what is there, in order") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  process child{muster_command({"sweep", "192.168.0.1", "192.168.0.99", "192.168.0.2", "--timeout",
                                "60s", "--ordered", "--json"})};
  REQUIRE(child.wait_for_output("192.168.0.1", 20s));
  child.send_signal(SIGINT);
  const auto result = child.wait();
  CHECK(result.exit_code == 130);
  const auto silent = result.out.find("192.168.0.99");
  REQUIRE(silent != std::string::npos);
  CHECK(result.out.find("192.168.0.2\"") > silent);
  CHECK(contains(lines_of_target(result.out, "192.168.0.2"), R"("status":"up")"));
}

TEST_CASE("a signal that was blocked when the sweep was started stops it all the same") {
  for (const auto& [name, number] : {std::pair{"INT", SIGINT}, std::pair{"TERM", SIGTERM}}) {
    process_options options;
    options.keep_stdin = true;
    process child{muster_command_by({"env", std::string{"--block-signal="} + name},
                                    {"sweep", "--tcp", "9", "--json"}),
                  options};
    child.write("127.0.0.1\n");
    REQUIRE(child.wait_for_output("127.0.0.1", 20s));
    child.send_signal(number);
    CHECK(child.wait().exit_code == 130);
  }
}

TEST_CASE("only hosts that answer the echo request get the other probes") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep({"192.168.0.15-192.168.0.18", "--alive-first", "--tcp", "1-10",
                             "--timeout", "200ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("probe":"icmp")") == 4);
  CHECK(lines_with(result.out, R"("status":"refused")") == 20);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"host_silent")") == 20);
  CHECK(contains(result.err, "44 probes in"));
}

TEST_CASE(
    "hosts that could not be asked are not called silent, but their probes are accounted for") {
  MUSTER_NEED_LAB();  // where no name server can be reached
  const auto result = sweep({"no-such-host.invalid", "255.255.255.255", "localhost", "--exclude",
                             "127.0.0.0/8", "-4", "--alive-first", "--tcp", "1,2", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"name_error")") == 1);
  CHECK(lines_with(result.out, R"("status":"local_error")") == 1);
  CHECK(lines_with(result.out, R"("reason":"excluded")") == 1);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"first_probe_failed")") == 6);
  CHECK(contains(result.err, "9 probes in"));
}

TEST_CASE("enough targets that are up end the sweep, with success") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto enough = sweep(
      {"192.168.0.1-192.168.0.200", "--timeout", "60s", "--min-up", "10", "--rate", "0", "--json"});
  CAPTURE(enough.out, enough.err);
  CHECK(enough.exit_code == 0);
  CHECK(lines_with(enough.out, R"("reason":"enough_up")") > 0);
  CHECK(contains(enough.err, "stopped early by --min-up, as enough targets were up"));
  CHECK(enough.wall < 30s);
  const auto few = sweep({"192.168.0.15-192.168.0.20", "--timeout", "200ms", "--min-up", "3"});
  CHECK(few.exit_code == 1);
}

TEST_CASE("a deadline ends a run that waits for another try, which is then counted as cut off") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = with_enough_time(
      500ms,
      [](std::chrono::milliseconds time) {
        return sweep({"192.168.0.17", "--timeout", "100ms", "--retries", "1", "--backoff", "60s",
                      "--deadline", std::to_string(time.count()) + "ms", "--json"});
      },
      [](const process_result& given) { return contains(given.out, "no_reply"); });
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"cancelled","reason":"run_deadline")"));
  CHECK(contains(result.out, R"("attempts":[{"status":"timeout","reason":"no_reply"}])"));
  CHECK(result.wall < 20s);
}
