// The helpers that other tests stand on: processes, nginx and the ill-mannered server.
#include "support/catch.hpp"
#include "support/enough_time.hpp"
#include "support/hostile_server.hpp"
#include "support/loopback.hpp"
#include "support/nginx_server.hpp"
#include "support/process.hpp"

#include <csignal>
#include <system_error>

using namespace std::chrono_literals;
using muster::test::exchange;
using muster::test::exchange_result;
using muster::test::hostile_script;
using muster::test::hostile_server;
using muster::test::nginx_server;
using muster::test::process;
using muster::test::run;

namespace {

constexpr auto answer_time_max = 5s;
constexpr auto silence_time = 50ms;
constexpr const char* get = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

exchange_result ask_hostile(hostile_script script, std::chrono::milliseconds time = answer_time_max,
                            std::size_t bytes_max = 1 << 20) {
  hostile_server server{std::move(script)};
  return exchange(server.port(), get, time, bytes_max);
}

/// The same of a server that falls silent after its first words.
exchange_result ask_until_silent(const hostile_script& script) {
  return muster::test::with_enough_time(
      silence_time, [&](std::chrono::milliseconds time) { return ask_hostile(script, time); },
      [](const exchange_result& result) { return !result.received.empty(); });
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a command's streams and exit code are kept apart") {
  auto result = run({"sh", "-c", "echo to-out; echo to-err >&2; exit 7"});
  CHECK(result.out == "to-out\n");
  CHECK(result.err == "to-err\n");
  CHECK(result.exit_code == 7);
  CHECK(result.signal == 0);
  CHECK_FALSE(result.timed_out);
}

TEST_CASE("a command that takes too long is killed and says so") {
  auto result = run({"sleep", "60"}, {}, 20ms);
  CHECK(result.timed_out);
  CHECK(result.signal == SIGKILL);
  CHECK(result.exit_code == -1);
}

TEST_CASE("a command that outlives its own children's pipes is not waited for twice") {
  auto result = run({"sh", "-c", "sleep 60 & echo $!"}, {}, answer_time_max);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 0);
  kill(std::stoi(result.out), SIGKILL);
}

TEST_CASE("a program that is not there is an error by name") {
  CHECK_THROWS_AS(process({"muster-has-no-such-program"}), std::system_error);
}

TEST_CASE("environment and directory reach the command") {
  auto result =
      run({"sh", "-c", "echo $COLOUR; pwd"}, {.directory = "/usr", .environment = {"COLOUR=blue"}});
  CHECK(result.out == "blue\n/usr\n");
}

TEST_CASE("standard input can be fed in steps") {
  process child{{"cat"}, {.input = "one\n", .keep_stdin = true}};
  REQUIRE(child.wait_for_output("one\n", answer_time_max));
  REQUIRE(child.write("two\n"));
  REQUIRE(child.wait_for_output("two\n", answer_time_max));
  CHECK(child.running());
  CHECK(child.peak_rss_kib() > 0);
  child.close_stdin();
  auto result = child.wait(answer_time_max);
  CHECK(result.exit_code == 0);
  CHECK(result.out == "one\ntwo\n");
}

TEST_CASE("input larger than all pipes passes through a command that answers meanwhile") {
  const std::string input(1 << 20, 'i');
  auto result = run({"cat"}, {.input = input});
  CHECK(result.exit_code == 0);
  CHECK(result.out == input);
}

TEST_CASE("a command that closed its input is noticed") {
  process child{{"sh", "-c", "exec <&-; echo closed; sleep 60"}, {.keep_stdin = true}};
  REQUIRE(child.wait_for_output("closed", answer_time_max));
  CHECK_FALSE(child.write("too late"));
}

TEST_CASE("a signal reaches the command") {
  process child{{"sh", "-c", "trap 'echo caught >&2; exit 3' INT; echo ready; read line"},
                {.keep_stdin = true}};
  REQUIRE(child.wait_for_output("ready", answer_time_max));
  child.send_signal(SIGINT);
  REQUIRE(child.wait_for_error_output("caught", answer_time_max));
  CHECK(child.wait(answer_time_max).exit_code == 3);
}

TEST_CASE("nginx serves its pages and keeps a log") {
  std::string why_not;
  if (!nginx_server::available(why_not)) MUSTER_SKIP(why_not);
  nginx_server nginx;
  auto ask = [&](const std::string& request) {
    return exchange(nginx.port(), request + " HTTP/1.0\r\nUser-Agent: me\r\n\r\n", answer_time_max,
                    nginx_server::big_bytes * 2)
        .received;
  };
  CHECK(contains(ask("GET /"), "<title>A muster of nginx</title>"));
  CHECK(contains(ask("GET /redirect"), "Location: http://127.0.0.1:"));
  CHECK(contains(ask("GET /redirect-loop"), "/redirect-loop\r\n"));
  CHECK(contains(ask("GET /missing"), "HTTP/1.1 404"));
  CHECK(contains(ask("GET /unavailable"), "HTTP/1.1 503"));
  CHECK(ask("GET /big").size() > nginx_server::big_bytes);
  const std::string head = ask("HEAD /");
  CHECK(contains(head, "HTTP/1.1 200 OK"));
  CHECK_FALSE(contains(head, "<title>"));
  CHECK(nginx.was_asked("GET /missing 404 \"me\"\n"));
}

TEST_CASE("nginx ends with its object") {
  std::string why_not;
  if (!nginx_server::available(why_not)) MUSTER_SKIP(why_not);
  std::uint16_t port = 0;
  {
    nginx_server nginx;
    port = nginx.port();
    REQUIRE(exchange(port, {}, 0ms).connected);
  }
  CHECK_FALSE(exchange(port, {}, 0ms).connected);
}

TEST_CASE("the silent server accepts and says nothing") {
  auto result = ask_hostile(hostile_script::silent(), silence_time);
  CHECK(result.connected);
  CHECK_FALSE(result.ended);
  CHECK(result.received.empty());
}

TEST_CASE("one server closes and another resets at once") {
  hostile_server closing{hostile_script::closes_at_once()};
  CHECK(exchange(closing.port(), {}, answer_time_max).ended);
  hostile_server resetting{hostile_script::resets_at_once()};
  CHECK(exchange(resetting.port(), {}, answer_time_max).reset);
}

TEST_CASE("endless responses go on until the client has enough") {
  constexpr std::size_t enough = 300'000;
  for (auto script : {hostile_script::endless_headers(), hostile_script::endless_body(),
                      hostile_script::endless_chunks()}) {
    auto result = ask_hostile(script, answer_time_max, enough);
    CHECK(result.received.size() >= enough);
    CHECK_FALSE(result.ended);
  }
}

TEST_CASE("slow bytes come one at a time") {
  hostile_server server{hostile_script::slow_bytes()};
  auto started = std::chrono::steady_clock::now();
  auto result = exchange(server.port(), get, answer_time_max, 3);
  // Those that came while this test had no processor are read as one.
  REQUIRE(result.received.size() >= 3);
  CHECK(result.received.starts_with("HTT"));
  CHECK(std::chrono::steady_clock::now() - started >= 100ms * (result.received.size() - 1));
}

TEST_CASE("broken responses are as broken as their names say") {
  CHECK(contains(ask_hostile(hostile_script::garbage()).received, "\x1b[2J"));
  auto truncated = ask_hostile(hostile_script::truncated_body());
  CHECK(truncated.ended);
  CHECK(contains(truncated.received, "Content-Length: 1000\r\n\r\n0123456789"));
  CHECK(ask_hostile(hostile_script::resets_in_body()).reset);
  CHECK(contains(ask_hostile(hostile_script::control_title()).received, "<title>\x1b]0;owned\x07"));
  CHECK(contains(ask_hostile(hostile_script::redirect_to_self()).received, "Location: /\r\n"));
  auto huge = ask_until_silent(hostile_script::huge_length());
  CHECK(contains(huge.received, "Content-Length: 9223372036854775807\r\n\r\n"));
  CHECK_FALSE(huge.ended);
  auto half = ask_until_silent(hostile_script::head_then_silence());
  CHECK(contains(half.received, "HTTP/1.1 200 OK"));
  CHECK_FALSE(contains(half.received, "\r\n\r\n"));
}

TEST_CASE("the hostile server ends with its object") {
  std::uint16_t port = 0;
  {
    hostile_server server{hostile_script::silent()};
    port = server.port();
    REQUIRE(exchange(port, {}, 0ms).connected);
  }
  CHECK_FALSE(exchange(port, {}, 0ms).connected);
}

TEST_CASE("the hostile server serves another client while one is stuck") {
  hostile_server server{hostile_script::redirect_to("/elsewhere")};
  auto stuck = exchange(server.port(), "GET / HT", 0ms);
  REQUIRE(stuck.connected);
  CHECK(contains(exchange(server.port(), get, answer_time_max).received, "/elsewhere"));
}
