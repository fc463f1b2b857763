#include "process_world.hpp"
#include "support/enough_time.hpp"
#include "support/loopback.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <sys/resource.h>
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

TEST_CASE("a process that ends with 0 is up, and its two outputs are told apart") {
  const process_result result = run_one(shell("echo one; echo two >&2"));
  CHECK(result.status == status::up);
  CHECK(result.reason == reason::none);
  CHECK(result.exit_code == 0);
  CHECK(result.signal == 0);
  CHECK(result.started);
  CHECK(result.output == "one\n");
  CHECK(result.errors == "two\n");
  CHECK(result.took > 0ns);
  CHECK_FALSE(result.output_truncated());
}

TEST_CASE("another exit code is a mismatch, and is kept") {
  const process_result result = run_one(shell("exit 42"));
  CHECK(result.status == status::mismatch);
  CHECK(result.reason == reason::exit_code_not_zero);
  CHECK(result.exit_code == 42);
}

TEST_CASE("a program that exits with 127 was found") {
  const process_result result = run_one(shell("exit 127"));
  CHECK(result.status == status::mismatch);
  CHECK(result.exit_code == 127);
}

TEST_CASE("a process that a signal ends is a mismatch that names the signal") {
  const process_result result = run_one(shell("kill -SEGV $$"));
  CHECK(result.status == status::mismatch);
  CHECK(result.reason == reason::killed_by_signal);
  CHECK(result.signal == SIGSEGV);
  CHECK(result.exit_code == -1);
}

TEST_CASE("a program that is not there is told from one that fails") {
  for (const char* name : {"no-such-program-here", "/no/such/program", ""}) {
    const process_result result = run_one({name});
    CHECK(result.status == status::local_error);
    CHECK(result.reason == reason::command_not_found);
    CHECK_FALSE(result.started);
  }
}

TEST_CASE("a file that may not be run, and a directory, are not executable") {
  for (const char* name : {"/etc/passwd", "/tmp"}) {
    const process_result result = run_one({name});
    CHECK(result.status == status::local_error);
    CHECK(result.reason == reason::not_executable);
  }
}

TEST_CASE("a script without an interpreter's line is run by the shell") {
  const test::temporary_directory directory;
  const std::string path = directory.file("script");
  std::ofstream{path} << "echo plain \"$1\"\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const process_result result = run_one({path, "a b"});
  CHECK(result.status == status::up);
  CHECK(result.output == "plain a b\n");
}

TEST_CASE("a directory that is not there is told from a program that is not there") {
  process_options options;
  options.directory = "/no/such/directory";
  const process_result result = run_one({"true"}, options);
  CHECK(result.status == status::local_error);
  CHECK(result.reason == reason::no_directory);
}

TEST_CASE("arguments beyond what the system takes are said to be too long") {
  const process_result result = run_one({"true", std::string(4 * 1024 * 1024, 'x')});
  CHECK(result.status == status::local_error);
  CHECK(result.reason == reason::arguments_too_long);
}

TEST_CASE("arguments reach the program as they are, with no shell between") {
  const process_result result =
      run_one({"printf", "%s|", "; rm -rf /", "$(id)", "a\nb", "*", "'\""});
  CHECK(result.output == "; rm -rf /|$(id)|a\nb|*|'\"|");
}

TEST_CASE("a process runs in its directory, with its own values on top of the environment") {
  process_options options;
  options.directory = "/";
  options.environment = {"MUSTER_OWN=x=y", "HOME=/nowhere"};
  const process_result result =
      run_one(shell("pwd; echo \"$MUSTER_OWN $HOME\"; env | grep -c ^HOME="), options);
  CHECK(result.output == "/\nx=y /nowhere\n1\n");
}

TEST_CASE("standard input is empty unless it is given") {
  CHECK(run_one({"cat"}).output.empty());
  process_options options;
  options.input = "some text\n";
  CHECK(run_one({"cat"}, options).output == "some text\n");
}

TEST_CASE("input larger than a pipe reaches a process that answers meanwhile") {
  process_options options;
  options.input.assign(3'000'000, 'i');
  options.output_bytes_max = 10'000'000;
  const process_result result = run_one({"cat"}, options);
  CHECK(result.status == status::up);
  CHECK(result.output == options.input);
}

TEST_CASE("a process that does not want its input is none the worse for it") {
  process_options options;
  options.input.assign(3'000'000, 'i');
  std::signal(SIGPIPE, SIG_IGN);
  const process_result result = run_one({"true"}, options);
  CHECK(result.status == status::up);
}

TEST_CASE("output beyond the cap is read and dropped, and counted") {
  process_options options;
  options.output_bytes_max = 1000;
  const process_result result = run_one({"head", "-c", "50000000", "/dev/zero"}, options);
  CHECK(result.status == status::up);
  CHECK(result.output == std::string(1000, '\0'));
  CHECK(result.output_bytes == 50'000'000);
  CHECK(result.output_truncated());
  CHECK_FALSE(result.errors_truncated());
}

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

TEST_CASE("a process has default signal handling, an empty mask and a session of its own") {
  std::signal(SIGPIPE, SIG_IGN);
  const process_result result =
      run_one({"/bin/sh", "-c",
               "grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -s '\\t\\n' '  '; "
               "ps -o sid= -p $$ | tr -d ' '; echo $$"});
  std::string session;
  std::string number;
  std::istringstream words{result.output};
  std::string blocked, ignored, word;
  words >> word >> blocked >> word >> ignored >> session >> number;
  CHECK(blocked == "0000000000000000");
  const unsigned long long ignored_bits = std::stoull(ignored, nullptr, 16);
  CHECK((ignored_bits & (1ULL << (SIGPIPE - 1))) == 0);
  CHECK(session == number);
}

TEST_CASE("a process inherits no descriptor but its three streams") {
  const process_result result = run_one({"ls", "/proc/self/fd"});
  CHECK(result.output == "0\n1\n2\n3\n");  // the last one is of ls itself
}

TEST_CASE("cancelling ends the process, and says so") {
  asio::io_context context{1};
  asio::cancellation_signal signal;
  std::optional<process_result> result;
  asio::co_spawn(
      context, run_process({"sleep", "100"}),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, process_result value) {
        result = std::move(value);
      }));
  context.poll();
  signal.emit(asio::cancellation_type::terminal);
  context.run();
  REQUIRE(result);
  CHECK(result->status == status::cancelled);
  CHECK(result->reason == reason::interrupted);
  CHECK(result->signal == SIGTERM);
}

TEST_CASE("many processes at once share one thread, and each gets its own result") {
  asio::io_context context{1};
  int right = 0;
  for (int i = 0; i < 100; ++i) {
    asio::co_spawn(context, run_process(shell("sleep 0.2; exit " + std::to_string(i))),
                   [&right, i](std::exception_ptr, process_result value) {
                     right += value.exit_code == i ? 1 : 0;
                   });
  }
  context.run();
  CHECK(right == 100);
}

TEST_CASE("nothing to run and NUL bytes are misuse") {
  CHECK_THROWS_AS(run_one({}), std::invalid_argument);
  CHECK_THROWS_AS(run_one({std::string{"a\0b", 3}}), std::invalid_argument);
}

TEST_CASE("a loop that ends at any step leaves no process behind") {
  const auto begin = [](asio::io_context& context, const std::string& mark) {
    process_options options;
    options.input.assign(200'000, 'i');
    options.timeout = 20ms;
    options.grace = 20ms;
    asio::co_spawn(context,
                   run_process(shell("trap '' TERM; exec 9<" + mark +
                                     "; head -c 100000 /dev/zero; sleep 100 & wait"),
                               options),
                   asio::detached);
  };
  const test::temporary_directory directory;
  const std::string mark = directory.file("mark");
  std::ofstream{mark} << "x";
  std::size_t steps = 0;
  {
    asio::io_context context{1};
    begin(context, mark);
    while (context.run_one() > 0)
      ++steps;
  }
  REQUIRE(steps > 3);
  for (std::size_t limit = 0; limit < steps; ++limit) {
    asio::io_context context{1};
    begin(context, mark);
    for (std::size_t i = 0; i < limit; ++i)
      context.run_one();
  }
  // No child of ours is left, not even as a zombie; that of a group that was killed may take a
  // moment.
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("processes wait while there is no descriptor to be had") {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 24;
  asio::io_context context{1};
  int up = 0;
  int ended = 0;
  ::setrlimit(RLIMIT_NOFILE, &few);
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(context, run_process({"sleep", "0.02"}),
                   [&](std::exception_ptr, process_result value) {
                     ++ended;
                     up += value.status == status::up ? 1 : 0;
                   });
  }
  context.run();
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(ended == 20);
  CHECK(up == 20);
}
