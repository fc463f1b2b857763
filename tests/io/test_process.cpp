#include "process_world.hpp"
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

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

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

namespace {

const std::string long_word{"a word that is too long for the room that a short string has"};

asio::awaitable<void> run_in_one_expression(std::vector<process_result>& results) {
  process_options options;
  options.environment = {"OWN=" + long_word};
  results.push_back(co_await run_process({"echo", "one", long_word}));
  results.push_back(co_await run_process({"printenv", "OWN"}, options));
  const std::vector<std::string> words{"echo", long_word};
  results.push_back(co_await run_process(words));
  results.push_back(co_await run_process(words, options));
}

}  // namespace

TEST_CASE("a program and its words may be named within the expression that awaits it") {
  asio::io_context context{1};
  std::vector<process_result> results;
  asio::co_spawn(context, run_in_one_expression(results),
                 [](std::exception_ptr error) { CHECK_FALSE(error); });
  context.run();
  REQUIRE(results.size() == 4);
  CHECK(results[0].output == "one " + long_word + "\n");
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(results[i].output == long_word + "\n");
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
