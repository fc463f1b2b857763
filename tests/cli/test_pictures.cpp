#include "cli/sweep.hpp"

#include <csignal>

#include <sys/stat.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// What a command says on standard error when that is a terminal of 80 by 24; `script`, which makes
/// one, has to be there.
process_result on_a_terminal(const std::string& arguments,
                             std::vector<std::string> environment = {}) {
  environment.insert(environment.begin(),
                     {"TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL=", "COLORTERM=", "NO_COLOR="});
  process_options options;
  options.environment = std::move(environment);
  return run({"script", "-qec",
              std::string{"stty rows 24 cols 80; exec "} + MUSTER_BINARY + " sweep " + arguments +
                  " > /dev/null",
              "/dev/null"},
             std::move(options));
}

std::vector<std::string> with(std::vector<std::string> arguments,
                              std::initializer_list<const char*> more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A range that answers at once on any machine: nothing listens there.
const std::vector<std::string> refusing{"127.0.0.0/24", "--tcp", "1"};
const char* const refusing_text = "127.0.0.0/24 --tcp 1";

}  // namespace

TEST_CASE("without a terminal there is no picture unless it is asked for") {
  const auto plain = sweep(refusing);
  CHECK_FALSE(contains(plain.err, "a cell is a host"));
  CHECK_FALSE(contains(plain.err, "rtt distribution"));
  const auto asked = sweep(with(refusing, {"--map", "--histogram", "-q"}),
                           {.environment = {"LC_ALL=C", "TERM=xterm"}});
  CAPTURE(asked.err);
  CHECK(contains(asked.err, "     127.0.0.0/24            0 of 254 up\n"));
  CHECK(contains(asked.err, ".0    xxxxxxx xxxxxxxx xxxxxxxx xxxxxxxx\n"));
  CHECK(contains(asked.err, ".224 xxxxxxxx xxxxxxxx xxxxxxxx xxxxxxx\n"));
  CHECK(contains(asked.err, "a cell is a host:   x refused or another answer\n"));
  CHECK_FALSE(contains(asked.err, "rtt distribution"));  // what refuses is not up
}

TEST_CASE("on a terminal a /24 has its map, in the colours that the terminal has") {
  MUSTER_NEED_TERMINAL();
  const auto result = on_a_terminal(refusing_text);
  CAPTURE(result.out);
  CHECK(contains(result.out, "127.0.0.0/24            0 of 254 up"));
  CHECK(contains(result.out, "\x1b[38;5;167m××××××××"));
  const auto direct = on_a_terminal(refusing_text, {"COLORTERM=truecolor"});
  CHECK(contains(direct.out, "\x1b[38;2;217;84;79m××××××××"));
  const auto basic = on_a_terminal(refusing_text, {"TERM=vt100"});
  CHECK(contains(basic.out, "\x1b[31m××××××××"));
}

TEST_CASE("NO_COLOR, a dumb terminal and another charset are honoured") {
  MUSTER_NEED_TERMINAL();
  const std::string quiet_progress = std::string{refusing_text} + " --no-progress";
  for (const char* one : {"NO_COLOR=1", "TERM=dumb"}) {
    const auto result = on_a_terminal(quiet_progress, {one});
    CAPTURE(one, result.out);
    CHECK(contains(result.out, ".0    ××××××× ××××××××"));
    CHECK_FALSE(contains(result.out, "\x1b["));
  }
  const auto ascii = on_a_terminal(quiet_progress, {"LC_ALL=C", "NO_COLOR=1"});
  CHECK(contains(ascii.out, ".0    xxxxxxx xxxxxxxx"));
}

TEST_CASE("few hosts, -q and --no-map are reasons for no map on a terminal") {
  MUSTER_NEED_TERMINAL();
  CHECK_FALSE(contains(on_a_terminal("127.0.0.0/26 --tcp 1").out, "a cell is"));
  CHECK(contains(on_a_terminal("127.0.0.0/26 --tcp 1 --map").out, "a cell is a host"));
  CHECK_FALSE(contains(on_a_terminal(std::string{refusing_text} + " -q").out, "a cell is"));
  CHECK_FALSE(contains(on_a_terminal(std::string{refusing_text} + " --no-map").out, "a cell is"));
}

TEST_CASE("a lab's subnet is drawn as it is") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  lab::reject("192.168.0.40", "admin-prohibited");
  const auto result =
      sweep({"192.168.0.0/24", "--timeout", "300ms", "--rate", "0", "--map", "--histogram", "-q"},
            {.environment = {"LC_ALL=C"}});
  CAPTURE(result.err);
  CHECK(contains(result.err, "     192.168.0.0/24         16 of 254 up\n"));
  CHECK(contains(result.err, ".64  ........ ........ ........ ........\n"));
  CHECK(contains(result.err, "rtt distribution\n"));
  CHECK(contains(result.err, "a cell is a host:   # up within"));
}

TEST_CASE("a page is written at the end, whole, beside the other outputs") {
  temporary_directory directory;
  const std::string path = directory.file("sweep.html");
  write_whole_file(path, "old");
  const auto result =
      sweep(with(refusing, {"-q", "-o", path.c_str(), "-o", directory.file("sweep.csv").c_str()}));
  CHECK(result.exit_code == 1);
  const std::string page = read_whole_file(path);
  CHECK(contains(page, "\"command\":\"muster sweep 127.0.0.0/24 --tcp 1 -q -o "));
  CHECK(contains(page, "</html>"));
  CHECK_FALSE(contains(page, "\"stopped_by\""));
  CHECK(lines_with(read_whole_file(directory.file("sweep.csv")), "refused") == 254);
}

TEST_CASE("a page has the command as a shell would read it") {
  temporary_directory directory;
  const std::string path = directory.file("it's.html");
  sweep({"127.0.0.1:1", "--user-agent", "", "--user-agent", "a b", "-q", "-o", path});
  const std::string page = read_whole_file(path);
  CHECK(contains(page, "muster sweep 127.0.0.1:1 --user-agent '' --user-agent 'a b' -q -o '"));
  CHECK(contains(page, R"(/it'\\''s.html')"));  // the backslash is JSON's own
}

TEST_CASE("the page of an interrupted sweep says that it is partial") {
  temporary_directory directory;
  const std::string path = directory.file("sweep.html");
  process child{muster_command({"sweep", "--json", "-o", path}), {.keep_stdin = true}};
  REQUIRE(child.write("127.0.0.1:1\n"));
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  child.send_signal(SIGINT);
  CHECK(child.wait().exit_code == 130);
  const std::string page = read_whole_file(path);
  CHECK(contains(page, "\"stopped_by\":[\"interrupted\"]"));
  CHECK(contains(page, "127.0.0.1:1"));
}

TEST_CASE("being killed leaves the old page and nothing beside it") {
  temporary_directory directory;
  const std::string path = directory.file("sweep.html");
  write_whole_file(path, "old");
  process child{muster_command({"sweep", "--json", "-o", path}), {.keep_stdin = true}};
  REQUIRE(child.write("127.0.0.1:1\n"));
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  child.send_signal(SIGKILL);
  child.wait();
  CHECK(read_whole_file(path) == "old");
  const auto listing = run({"ls", "-A", directory.file("")});
  CHECK(listing.out == "sweep.html\n");
}

TEST_CASE("a page that can't be written is told before the first packet, and at the end") {
  const auto nowhere = sweep({"127.0.0.1:1", "-o", "/nonexistent/sweep.html"});
  CHECK(nowhere.exit_code == 3);
  CHECK(contains(nowhere.err, "/nonexistent/sweep.html"));
  CHECK(nowhere.out.empty());
  temporary_directory directory;
  const std::string inner = directory.file("inner");
  REQUIRE(::mkdir(inner.c_str(), 0777) == 0);
  process child{muster_command({"sweep", "--json", "-o", inner + "/sweep.html"}),
                {.keep_stdin = true}};
  REQUIRE(child.write("127.0.0.1:1\n"));
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  run({"rm", "-r", inner});
  child.close_stdin();
  const auto late = child.wait();
  CHECK(late.exit_code == 3);
  CHECK(contains(late.err, "can't write " + inner + "/sweep.html: "));
}
