// How processes are ended, and what they leave behind.
#include "process_world.hpp"
#include "support/enough_time.hpp"
#include "support/loopback.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <sys/wait.h>
#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

namespace {

/// Whether a process of this number is there and has not ended.
bool alive(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::string text;
  std::getline(file, text);
  const std::size_t after_name = text.rfind(')');
  return after_name != text.npos && text.substr(after_name, 3) != ") Z";
}

/// Waits until a process is gone, as one whose parent is not us ends in its own time.
bool gone(pid_t process) {
  for (int i = 0; i < 5000 && alive(process); ++i)
    ::usleep(1000);
  return !alive(process);
}

pid_t number_in(const std::string& text) { return static_cast<pid_t>(std::stol(text)); }

/// What comes of a script whose time is up, once it has said something.
process_result run_past_its_time(const std::string& script, process_options options = {}) {
  return test::with_enough_time(
      50ms,
      [&](std::chrono::milliseconds time) {
        options.timeout = time;
        return run_one(shell(script), options);
      },
      [](const process_result& result) { return !result.output.empty(); });
}

}  // namespace

TEST_CASE("a process that runs too long is ended with SIGTERM") {
  process_options options;
  options.timeout = 50ms;
  const process_result result = run_one({"sleep", "100"}, options);
  CHECK(result.status == status::timeout);
  CHECK(result.reason == reason::command_timeout);
  CHECK(result.signal == SIGTERM);
}

TEST_CASE("what a process says on its way out is kept") {
  const process_result result =
      run_past_its_time("trap 'echo bye; exit 3' TERM; echo hello; while :; do sleep 0.01; done");
  CHECK(result.status == status::timeout);
  CHECK(result.exit_code == 3);
  CHECK(result.output == "hello\nbye\n");
}

TEST_CASE("a process that ignores SIGTERM is killed after its grace") {
  process_options options;
  options.grace = 50ms;
  const process_result result =
      run_past_its_time("trap '' TERM; echo begun; while :; do sleep 100; done", options);
  CHECK(result.status == status::timeout);
  CHECK(result.signal == SIGKILL);
}

TEST_CASE("processes that are killed are waited for, however short their grace") {
  asio::io_context context{1};
  process_options options;
  options.timeout = 100ms;
  options.grace = 1ns;
  int killed = 0;
  for (int i = 0; i < 100; ++i) {
    asio::co_spawn(context, run_process(shell("trap '' TERM; while :; do :; done"), options),
                   [&killed](std::exception_ptr, process_result value) {
                     killed += value.status == status::timeout ? 1 : 0;
                   });
  }
  context.run();
  CHECK(killed == 100);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("a process that was stopped is ended all the same") {
  process_options options;
  options.timeout = 50ms;
  const process_result result = run_one(shell("kill -STOP $$"), options);
  CHECK(result.status == status::timeout);
  CHECK(result.signal == SIGTERM);
}

TEST_CASE("the children of a process that runs too long end with it") {
  const process_result result = run_past_its_time("sleep 100 & echo $!; wait");
  CHECK(result.status == status::timeout);
  CHECK(gone(number_in(result.output)));
}

TEST_CASE("children in a group of their own end with a process that runs too long") {
  process_options options;
  options.grace = 100ms;
  const process_result result = test::with_enough_time(
      200ms,
      [&](std::chrono::milliseconds time) {
        options.timeout = time;
        return run_one({"bash", "-c",
                        "set -m; (trap '' TERM; exec sleep 100) >/dev/null 2>&1 & echo $!; wait"},
                       options);
      },
      [](const process_result& ended) { return !ended.output.empty(); });
  CHECK(result.status == status::timeout);
  CHECK(gone(number_in(result.output)));
}

TEST_CASE("children have the whole grace to end, though their parent ends at once") {
  process_options options;
  options.grace = 60s;
  const test::temporary_directory directory;
  const std::string note = directory.file("note");
  const process_result result =
      run_past_its_time("(trap 'sleep 0.3; echo > " + note +
                            "; exit' TERM; echo begun; while :; do sleep 0.01; done) & "
                            "exec >&- 2>&-; wait",
                        options);
  CHECK(result.status == status::timeout);
  CHECK(std::filesystem::exists(note));
}

TEST_CASE("children that hold the output open do not hold the result up") {
  process_options options;
  options.grace = 50ms;
  const process_result result = run_one(shell("sleep 100 & echo $!; exit 7"), options);
  CHECK(result.status == status::mismatch);
  CHECK(result.exit_code == 7);
  CHECK(result.left_open);
  CHECK(gone(number_in(result.output)));
}

TEST_CASE("children that were left behind without the output end with the process") {
  const process_result result = run_one(shell("sleep 100 >/dev/null 2>&1 & echo $!"));
  CHECK(result.status == status::up);
  CHECK_FALSE(result.left_open);
  CHECK(gone(number_in(result.output)));
}

TEST_CASE("what a child writes soon after its parent's end is kept") {
  const process_result result = run_one(shell("(sleep 0.1; echo late) & echo early"));
  CHECK(result.output == "early\nlate\n");
  CHECK_FALSE(result.left_open);
}

TEST_CASE("a daemon that makes a session of its own stays") {
  // Its parent ends once it has the session.
  const process_result result =
      run_one(shell("setsid sleep 100 >/dev/null 2>&1 & until [ \"$(cut -d' ' -f6 /proc/$!/stat)\" "
                    "= $! ]; do sleep 0.01; done; echo $!"));
  const pid_t daemon = number_in(result.output);
  REQUIRE(daemon > 1);
  CHECK(alive(daemon));
  ::kill(daemon, SIGKILL);
}

TEST_CASE("a process that closes its outputs is waited for") {
  const process_result result = run_one(shell("exec >&- 2>&-; sleep 0.05; exit 5"));
  CHECK(result.exit_code == 5);
}
