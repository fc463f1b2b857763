// What becomes of the processes that tasks start, wherever they hide.
#include "cli/run.hpp"
#include "support/enough_time.hpp"

#include <chrono>
#include <csignal>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// A child that has made a group of its own and ignores SIGTERM, beside a task that waits for it.
std::string in_own_group(const std::string& time) {
  return "set -m; (trap '' TERM; exec sleep " + time + ") >/dev/null 2>&1 & echo begun; wait";
}

/// A `muster run` of one task that ignores SIGTERM, as has its child, with this grace.
std::vector<std::string> nested(std::vector<std::string> inner, const std::string& grace) {
  std::vector<std::string> words{MUSTER_BINARY, "run", "a",       "--lines", "--tag",
                                 "--grace",     grace, "--stdin", "--"};
  words.insert(words.end(), inner.begin(), inner.end());
  return words;
}

std::vector<std::string> stubborn(const std::string& time) {
  return {"sh", "-c", "trap '' TERM; sleep " + time + " & echo begun; wait; sleep " + time};
}

/// A program that becomes root when others run it, in a directory that they can go to; empty where
/// there is none.
std::string program_to_become_root(const temporary_directory& directory) {
  const std::string path = directory.file("become");
  run({"cp", "/usr/bin/setpriv", path});
  run({"cp", MUSTER_BINARY, directory.file("muster")});
  ::chmod(directory.file("").c_str(), 0755);
  if (::chmod(path.c_str(), 04755) != 0) return {};
  const auto tried = run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", path,
                          "--reuid=0", "id", "-u"});
  return tried.out == "0\n" ? path : std::string{};
}

process_result as_nobody(const temporary_directory& directory, std::vector<std::string> arguments) {
  std::vector<std::string> words{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                 directory.file("muster")};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run(words, {}, 60s);
}

}  // namespace

TEST_CASE("a timeout ends what has made a group of its own") {
  const std::string time = time_of_its_own();
  const auto result = with_enough_time(
      200ms,
      [&](std::chrono::milliseconds timeout) {
        return tasks({"a", "--lines", "--json", "--stdin", "--grace", "100ms", "--timeout",
                      std::to_string(timeout.count()) + "ms", "--", "bash", "-c",
                      in_own_group(time)});
      },
      [](const process_result& given) { return contains(given.out, "begun"); });
  CHECK(contains(result.out, R"("reason":"command_timeout")"));
  CHECK(processes_with(time) == 0);
}

TEST_CASE("Ctrl-C ends what has made a group of its own, and a second one at once") {
  for (const bool twice : {false, true}) {
    const std::string time = time_of_its_own();
    process running{muster_command({"run", "a", "--lines", "--tag", "--stdin", "--grace",
                                    twice ? "100s" : "100ms", "--", "bash", "-c",
                                    "trap '' TERM; " + in_own_group(time)})};
    REQUIRE(running.wait_for_output("begun", 10s));
    running.send_signal(SIGINT);
    if (twice) {
      ::usleep(100'000);
      running.send_signal(SIGINT);
    }
    const auto result = running.wait(20s);
    CHECK((result.exit_code == 130 || (twice && result.signal == SIGINT)));
    CHECK(all_gone(time));
  }
}

TEST_CASE("what a task leaves in a group of its own ends with it") {
  const std::string time = time_of_its_own();
  const auto result = tasks({"a", "--lines", "--stdin", "--", "bash", "-c",
                             "set -m; sleep " + time + " >/dev/null 2>&1 & exit 0"});
  CHECK(result.exit_code == 0);
  CHECK(processes_with(time) == 0);
}

TEST_CASE("a task's daemon with a session of its own stays, whatever the task comes to") {
  const std::string time = time_of_its_own();
  const auto result =
      tasks({"a", "--lines", "--json", "--stdin", "--timeout", "1s", "--", "sh", "-c",
             "setsid sleep " + time + " >/dev/null 2>&1 & echo $!; exec sleep 100"});
  CHECK(contains(result.out, R"("reason":"command_timeout")"));
  CHECK(processes_with(time) == 1);
  const std::size_t at = result.out.find(R"("output":")");
  REQUIRE(at != result.out.npos);
  ::kill(static_cast<pid_t>(std::stol(result.out.substr(at + 10))), SIGKILL);
}

TEST_CASE("a run within a run ends its tasks' children, though both have the same grace") {
  const std::string time = time_of_its_own();
  for (const bool twice_nested : {false, true}) {
    auto inner = nested(stubborn(time), "2s");
    if (twice_nested) inner = nested(std::move(inner), "2s");
    const auto result = with_enough_time(
        500ms,
        [&](std::chrono::milliseconds timeout) {
          std::vector<std::string> words{
              "a",       "--lines", "--json",    "--stdin",
              "--grace", "2s",      "--timeout", std::to_string(timeout.count()) + "ms",
              "--"};
          words.insert(words.end(), inner.begin(), inner.end());
          return tasks(words);
        },
        [](const process_result& given) { return contains(given.out, "begun"); });
    CHECK(contains(result.out, R"("reason":"command_timeout")"));
    CHECK(all_gone(time));
  }
}

TEST_CASE("a run within a run is killed with its tasks by a second Ctrl-C") {
  const std::string time = time_of_its_own();
  const auto inner = nested(stubborn(time), "100s");
  std::vector<std::string> words{"run",     "a",       "--lines", "--tag",
                                 "--stdin", "--grace", "100s",    "--"};
  words.insert(words.end(), inner.begin(), inner.end());
  process running{muster_command(words)};
  REQUIRE(running.wait_for_output("begun", 10s));
  running.send_signal(SIGINT);
  ::usleep(100'000);
  running.send_signal(SIGINT);
  running.wait(10s);
  CHECK(all_gone(time));
}

TEST_CASE("a run that is told to end again while it kills its tasks kills them all the same") {
  const std::string time = time_of_its_own();
  std::vector<std::string> words{"run",     "a",       "--lines", "--tag",
                                 "--stdin", "--grace", "100s",    "--"};
  const auto command = stubborn(time);
  words.insert(words.end(), command.begin(), command.end());
  process running{muster_command(words)};
  REQUIRE(running.wait_for_output("begun", 10s));
  running.send_signal(SIGTERM);
  ::usleep(100'000);
  // The third one comes while the second is acted on.
  for (int i = 0; i < 1000 && running.running(); ++i) {
    running.send_signal(SIGTERM);
    ::usleep(20);
  }
  CHECK(running.wait(10s).signal == SIGTERM);
  CHECK(all_gone(time));
}

TEST_CASE("orphans are reaped by the first process of a container, and by any other muster") {
  // Each task leaves an orphan that ends at once, and counts those that are not reaped.
  const std::vector<std::string> command{
      "run",
      "1",
      "2",
      "3",
      "--lines",
      "--json",
      "-P",
      "1",
      "--",
      "sh",
      "-c",
      "(setsid sleep 0.01 >/dev/null 2>&1 &); sleep 0.5; "
      "cat /proc/[0-9]*/stat 2>/dev/null | awk -v p=$PPID '$3 == \"Z\" && $4 == p {n++} "
      "END {print \"zombies\", n+0}'; exit $1",
      "sh"};
  std::vector<std::string> contained{"unshare", "--pid", "--fork", "--mount-proc", MUSTER_BINARY};
  contained.insert(contained.end(), command.begin(), command.end());
  const bool has_containers =
      run({"unshare", "--pid", "--fork", "--mount-proc", "true"}).exit_code == 0;
  for (const bool first : {false, true}) {
    if (first && !has_containers) MUSTER_SKIP("can't make a namespace of processes");
    const auto result = first ? run(contained) : run(muster_command(command));
    CAPTURE(first, result.err);
    CHECK(lines_with(result.out, R"("output":"zombies 0\n")") == 3);
    for (const char* code : {"1", "2", "3"})
      CHECK(lines_with(result.out, std::string{R"("exit_code":)"} + code) == 1);
  }
}

TEST_CASE("what has become root is said to be unkillable, and holds its place until it ends") {
  if (::geteuid() != 0) MUSTER_SKIP("needs root, to become another user");
  const temporary_directory directory;
  const std::string become = program_to_become_root(directory);
  if (become.empty()) MUSTER_SKIP("needs a file system with set-user-ID programs");
  const std::string time = "3.0" + std::to_string(::getpid());
  // The task itself, and what it has started.
  for (const std::string& script :
       {"exec " + become + " --reuid=0 sleep " + time,
        become + " --reuid=0 sleep " + time + " >/dev/null 2>&1; true"}) {
    const auto before = std::chrono::steady_clock::now();
    const auto result =
        as_nobody(directory, {"run", "1", "2", "--lines", "--json", "-P", "1", "--timeout", "200ms",
                              "--grace", "100ms", "--stdin", "--", "sh", "-c", script});
    CAPTURE(result.out, result.err);
    CHECK(lines_with(result.err,
                     "can't be killed, as it belongs to user 0; it counts as running "
                     "until it ends") == 2);
    CHECK(lines_with(result.out, R"("reason":"command_timeout")") == 2);
    CHECK(std::chrono::steady_clock::now() - before >= 6s);
    CHECK(processes_with(time) == 0);
  }
  const auto swept = as_nobody(
      directory, {"sweep", "127.0.0.1", "--exec", become + " --reuid=0 sh -c 'sleep 3' {}",
                  "--timeout", "200ms", "--json"});
  CAPTURE(swept.out, swept.err);
  CHECK(lines_with(swept.err, "127.0.0.1: process ") == 1);
  CHECK(contains(swept.out, R"("reason":"command_timeout")"));
}
