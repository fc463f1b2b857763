// Exec probes: commands with the exit codes and the output of monitoring plugins.
#include "cli/run.hpp"
#include "cli/sweep.hpp"
#include "support/enough_time.hpp"
#include "support/nginx_server.hpp"

#include <csignal>
#include <filesystem>

#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// A script as a command for --exec; what it gets is in its parameters, from $1 on.
std::string script(const std::string& text) { return "sh -c '" + text + "' plugin {}"; }

process_result probe(const std::string& command, std::vector<std::string> more = {"--json"}) {
  std::vector<std::string> arguments{"127.0.0.1", "--exec", command};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return sweep(arguments);
}

bool has_plugin(const char* name) {
  return std::filesystem::exists(std::string{"/usr/lib/nagios/plugins/"} + name);
}

}  // namespace

#define MUSTER_NEED_PLUGIN(name)                                          \
  do {                                                                    \
    if (!has_plugin(name)) MUSTER_SKIP("needs monitoring-plugins-basic"); \
  } while (false)

TEST_CASE("the exit code of a real plugin decides the status") {
  MUSTER_NEED_PLUGIN("check_dummy");
  const auto result =
      sweep({"127.0.0.1", "--json", "--exec", "check_dummy 0 {}", "--exec", "check_dummy 1 {}",
             "--exec", "check_dummy 2 {}", "--exec", "check_dummy 3 {}"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, R"("command":"check_dummy 0 {}","exit_code":0,"state":"OK",)"
                             R"("output":"OK: 127.0.0.1")"));
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("status":"mismatch","reason":"plugin_warning")") == 1);
  CHECK(lines_with(result.out, R"("status":"mismatch","reason":"plugin_critical")") == 1);
  CHECK(lines_with(result.out, R"("status":"local_error","reason":"plugin_unknown")") == 1);
  CHECK(contains(result.err, "4 probes"));
}

TEST_CASE("check_tcp tells a port that listens from one that does not") {
  MUSTER_NEED_PLUGIN("check_tcp");
  std::uint16_t open = 0;
  const int listener = listen_on_loopback(open);
  const closed_port closed;
  const auto result =
      sweep({"127.0.0.1", "--exec", "check_tcp -H {} -p " + std::to_string(open), "--exec",
             "check_tcp -H {} -p " + closed.text(), "--json", "--ordered"});
  ::close(listener);
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("performance":[{"label":"time","value":)"));
  CHECK(lines_with(result.out, R"("reason":"plugin_critical")") == 1);
  CHECK(contains(result.out, "refused"));
}

TEST_CASE("check_http asks a real nginx") {
  MUSTER_NEED_PLUGIN("check_http");
  std::string why_not;
  if (!nginx_server::available(why_not)) MUSTER_SKIP(why_not);
  nginx_server nginx;
  const auto result = sweep(
      {"127.0.0.1:" + std::to_string(nginx.port()), "--exec", "check_http -H {host} -p {port}"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "check_http: HTTP OK"));
}

TEST_CASE("a plugin's first line and its performance data are in every format") {
  const std::string command = script("echo \"OK: fine | time=0.5s;1;2;0 bad a=3\"; echo more");
  const auto json = probe(command);
  CAPTURE(json.out);
  CHECK(contains(json.out, R"("output":"OK: fine","performance":[{"label":"time","value":0.5,)"
                           R"("unit":"s","warning":"1","critical":"2","min":0})"));
  CHECK(contains(json.out, R"("performance_dropped":1)"));
  const auto csv = probe(command, {"--csv"});
  CHECK(contains(csv.out, ",0,,OK,OK: fine,"));
  CHECK(contains(csv.out, "time=0.5s;1;2;0"));
  const auto text = probe(command, {});
  CHECK(contains(text.out, "ms  sh: OK: fine\n"));
}

TEST_CASE("a signal, and an exit code without a meaning, say nothing about the target") {
  const auto signalled = probe("sh -c 'kill -SEGV $$'");
  CAPTURE(signalled.out);
  CHECK(contains(signalled.out, R"("status":"local_error","reason":"killed_by_signal")"));
  CHECK(contains(signalled.out, R"("signal":11)"));
  const auto odd = probe("sh -c 'exit 77'");
  CHECK(contains(odd.out, R"("status":"local_error","reason":"plugin_exit_code")"));
  CHECK(contains(odd.out, R"("exit_code":77)"));
  CHECK_FALSE(contains(odd.out, R"("state")"));
}

TEST_CASE("what a plugin says on standard error is shown when it says nothing else") {
  CHECK(contains(probe("sh -c 'echo broken >&2; exit 3'").out, R"("output":"broken")"));
  CHECK(contains(probe("sh -c 'echo noise >&2; echo said'").out, R"("output":"said")"));
}

TEST_CASE("a plugin that does not end is a timeout, even if it ignores SIGTERM") {
  const auto result = with_enough_time(
      200ms,
      [](std::chrono::milliseconds timeout) {
        return probe("sh -c 'trap \"\" TERM; echo begun; while :; do sleep 0.05; done'",
                     {"--json", "--timeout", std::to_string(timeout.count()) + "ms"});
      },
      [](const process_result& given) { return contains(given.out, "begun"); });
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"timeout","reason":"command_timeout")"));
  CHECK(contains(result.out, R"("output":"begun")"));
  CHECK(result.wall < 30s);
}

TEST_CASE("a flood, binary data and control characters do no harm") {
  const auto flood = probe("sh -c 'yes | tr -d \"\\n\" | head -c 20000000'");
  CHECK(contains(flood.out, R"("status":"up")"));
  CHECK(flood.out.size() < 4096);
  const auto escapes = probe("printf '\\033[31mred\\377\\000 {}'", {});
  CAPTURE(escapes.out);
  CHECK(contains(escapes.out, R"(\x1b[31mred\xff\x00 127.0.0.1)"));
}

TEST_CASE("a target is one argument, whatever is in it") {
  const temporary_directory directory;
  const std::string url = "http://127.0.0.1/;touch$IFS" + directory.file("made") + "'";
  const auto result = sweep({url, "--exec", "printf %s {}", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "\"output\":\"" + url + "\""));
  CHECK_FALSE(std::filesystem::exists(directory.file("made")));
}

TEST_CASE("a placeholder without a value skips the probe, and says why") {
  const auto result = sweep({"127.0.0.1", "127.0.0.1:80", "--exec", "echo {port}", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"no_value")") == 1);
  CHECK(contains(result.out, R"("output":"80")"));
  CHECK(contains(result.err, "2 probes"));
}

TEST_CASE("a plugin gets the columns of its target's row, which say how to probe all the same") {
  const std::string rows = "host,port,page,label,rack\n127.0.0.1,80,/a b,shop,1\n127.0.0.2,,,,2\n";
  const auto result = sweep(
      {"--json", "--ordered", "--exec", "echo {}-{page}", "--exec", "printf %s-%s {page} {host}"},
      {.input = rows});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("output":"127.0.0.1:80-/a b")"));
  CHECK(contains(result.out, R"("output":"/a b-127.0.0.1")"));
  CHECK(contains(result.out, R"("output":"127.0.0.2-")"));
  CHECK(lines_with(result.out, R"("label":"shop")") == 2);
  CHECK(lines_with(result.err, "nothing here is called 'rack'") == 1);
}

TEST_CASE("a plugin whose row lacks a column is not run, and every format says which one") {
  const std::string rows = "{\"ip\":\"127.0.0.1\",\"page\":\"/\"}\n{\"ip\":\"127.0.0.2\"}\n";
  const auto json = sweep({"--json", "--exec", "echo {page}"}, {.input = rows});
  CAPTURE(json.out, json.err);
  CHECK(json.exit_code == 1);
  CHECK(lines_with(json.out, R"("status":"up")") == 1);
  CHECK(contains(json.out, R"("status":"skipped","reason":"no_value","command":"echo {page}",)"
                           R"("detail":"page")"));
  const auto text = sweep({"--exec", "echo {page}"}, {.input = rows});
  CHECK(contains(text.out, "no_value echo {page}\n"));
  const auto csv = sweep({"--csv", "--exec", "echo {page}"}, {.input = rows});
  CHECK(contains(csv.out, ",page,,"));
}

TEST_CASE("a warning and a critical are tried again, as they may pass") {
  const temporary_directory directory;
  const std::string tried = directory.file("tried");
  const auto result = probe("sh -c 'test -e " + tried + " && exit 0; touch " + tried + "; exit 2'",
                            {"--json", "--retries", "3", "--backoff", "0"});
  CAPTURE(result.out);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("attempts":[{"status":"mismatch","reason":"plugin_critical")"));
}

TEST_CASE("no more plugins run at once than --max-processes says") {
  const temporary_directory directory;
  const std::string lock = directory.file("lock");
  const std::string command = "sh -c 'mkdir " + lock + " || exit 2; rmdir " + lock + "'";
  const auto result =
      sweep({"127.0.0.0/27", "--exec", command, "--max-processes", "1", "--rate", "0", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 30);
}

TEST_CASE("exec goes together with the other probes, after them") {
  std::uint16_t open = 0;
  const int listener = listen_on_loopback(open);
  const auto result = sweep({"127.0.0.1-3", "--tcp", std::to_string(open), "--exec", "true",
                             "--exec", "false", "--ordered", "--csv"});
  ::close(listener);
  CAPTURE(result.out, result.err);
  CHECK(contains(result.err, "9 probes"));
  CHECK(lines_with(result.out, ",tcp,") == 3);
  CHECK(lines_with(result.out, ",true,0,,OK,") == 3);
  CHECK(lines_with(result.out, ",false,1,,WARNING,") == 3);
  CHECK(result.out.find(",tcp,") < result.out.find(",true,"));
}

TEST_CASE("with --alive-first, plugins run for hosts that are there") {
  MUSTER_NEED_LAB();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.3-192.168.0.255");
  const auto result = sweep(
      {"192.168.0.1-6", "--alive-first", "--exec", "echo {}", "--timeout", "300ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("output":"192.168.0.)") == 2);
  CHECK(lines_with(result.out, R"("probe":"exec")") == 6);
  CHECK(lines_with(result.out, R"("reason":"host_silent")") == 4);
}

TEST_CASE("Ctrl-C ends the plugins that run, and accounts for each") {
  const temporary_directory directory;
  const std::string begun = directory.file("begun");
  process running{muster_command({"sweep", "127.0.0.1", "127.0.0.2", "--exec",
                                  "sh -c 'echo $$ >> " + begun + "; exec sleep 600'", "--timeout",
                                  "10m", "--json"})};
  while (running.running() && lines_with(read_whole_file(begun), "") < 2)
    ::usleep(10'000);
  running.send_signal(SIGINT);
  const auto result = running.wait();
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, R"("status":"cancelled","reason":"interrupted")") == 2);
  std::istringstream pids{read_whole_file(begun)};
  for (pid_t pid = 0; pids >> pid;)
    CHECK(is_gone(pid));
}

TEST_CASE("a second Ctrl-C kills the plugins that run, with their children") {
  const temporary_directory directory;
  const std::string begun = directory.file("begun");
  // A length of time that no other process sleeps for.
  const std::string time = "1234." + std::to_string(::getpid()) + "9";
  process running{muster_command(
      {"sweep", "127.0.0.1", "127.0.0.2", "--exec",
       "sh -c 'trap : TERM; echo x >> " + begun + "; sleep " + time + "; sleep " + time + "; true'",
       "--timeout", "10m"})};
  while (running.running() && lines_with(read_whole_file(begun), "") < 2)
    ::usleep(10'000);
  running.send_signal(SIGINT);
  ::usleep(200'000);
  running.send_signal(SIGINT);
  const auto result = running.wait(10s);
  // On a slow machine they may have been killed for their grace before that.
  CHECK((result.signal == SIGINT || result.exit_code == 130));
  CHECK(all_gone(time));
}

TEST_CASE("a plugin that becomes another user is ended at its timeout all the same") {
  if (::geteuid() != 0) MUSTER_SKIP("needs root, to become another user");
  const std::string time = time_of_its_own();
  const std::string other = "exec setpriv --reuid=65534 --regid=65534 --clear-groups sleep " + time;
  // One that ends when it is told, and one that has to be killed.
  const auto result = sweep({"127.0.0.1", "--exec", script(other), "--exec",
                             script("trap \"\" TERM; " + other), "--timeout", "500ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("reason":"command_timeout")") == 2);
  CHECK(processes_with(time) == 0);
}

TEST_CASE("plugins wait for file descriptors, and none is lost") {
  const auto result = run({"sh", "-c",
                           std::string{"ulimit -n 40; exec "} + MUSTER_BINARY +
                               " sweep 127.0.0.0/25 --exec true --rate 0 --json"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 126);
}

TEST_CASE("a command that can't be run is said before anything is probed") {
  const auto missing = probe("check_nothing {}");
  CHECK(missing.exit_code == 2);
  CHECK(contains(missing.err, "--exec: there is no check_nothing"));
  CHECK(missing.out.empty());
  const auto data = probe("/etc/passwd {}");
  CHECK(data.exit_code == 2);
  CHECK(contains(data.err, "can't run /etc/passwd"));
  const temporary_directory directory;
  write_program(directory.file("old"), "#!/no/such/perl\n");
  const auto old = probe(directory.file("old"));
  CHECK(old.exit_code == 2);
  CHECK(contains(old.err, "--exec: can't run " + directory.file("old") +
                              ": bad interpreter /no/such/perl: No such file or directory; "));
  const auto shell = probe("echo {} | cat");
  CHECK(shell.exit_code == 2);
  CHECK(contains(shell.err, "muster: --exec: '|' means something to a shell only"));
}

TEST_CASE("a plugin that vanishes while others run is this machine's fault") {
  const temporary_directory directory;
  const std::string plugin = directory.file("plugin");
  write_program(plugin, "#!/bin/sh\nrm -f " + plugin + "\n");
  const auto result =
      sweep({"127.0.0.1", "127.0.0.2", "--exec", plugin, "--max-processes", "1", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("status":"local_error","reason":"command_not_found")") == 1);
}

TEST_CASE("a plugin that a target names, and whose interpreter is not there, says which") {
  const temporary_directory directory;
  write_program(directory.file("1"), "#!/no/such/perl\n");
  const std::string plugin = directory.file("{#}");
  const auto json = sweep({"127.0.0.1", "--exec", plugin, "--json"});
  CHECK(contains(json.out, R"("status":"local_error","reason":"bad_interpreter","command":")" +
                               plugin + R"(","detail":"/no/such/perl"})"));
  const auto text = sweep({"127.0.0.1", "--exec", plugin});
  CHECK(contains(text.out, "bad_interpreter {#} /no/such/perl\n"));
}

TEST_CASE("a sweep with exec probes goes on from its checkpoint, with the same commands only") {
  const temporary_directory directory;
  const std::string checkpoint = directory.file("checkpoint");
  const auto first = probe("true", {"--checkpoint", checkpoint, "--json"});
  CHECK(first.exit_code == 0);
  const auto other = probe("false", {"--resume", checkpoint, "--json"});
  CHECK(other.exit_code == 2);
  CHECK(contains(other.err, "--exec"));
  const auto again = probe("true", {"--resume", checkpoint, "--json"});
  CHECK(again.exit_code == 0);
  CHECK(again.out.empty());
}
