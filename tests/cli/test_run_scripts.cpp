// What runs before a run, after it, and whatever happens.
#include "cli/run.hpp"

#include <csignal>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("scripts run before, after and whatever happens") {
  const auto result = tasks({"a", "b", "--lines", "--begin", "echo first", "--end",
                             "echo then $MUSTER_UP of $MUSTER_TARGETS", "--finally", "echo last",
                             "--", "test", "a", "=", "{}"});
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("first\n") < result.err.find("then 1 of 2\n"));
  CHECK(result.err.find("then 1 of 2\n") < result.err.find("last\n"));
}

TEST_CASE("what scripts say is harmless on a terminal, and passed on as it is elsewhere") {
  MUSTER_NEED_TERMINAL();
  const std::string says = "printf 'a\\033[2J\\342\\200\\256b\\n'";
  const auto piped = tasks({"a", "--lines", "--begin", says, "--", "true"});
  CHECK(contains(piped.err,
                 "a\x1b[2J\u202e"
                 "b\n"));
  process_options options;
  options.environment = {"TERM=xterm", "LC_ALL=C.UTF-8"};
  const auto shown = run(
      {"script", "-qec",
       std::string{MUSTER_BINARY} + " run a --lines --begin \"" + says + "\" -- true", "/dev/null"},
      options);
  CAPTURE(shown.out);
  CHECK(contains(shown.out, "a\\x1b[2J\\u{202e}b"));
  CHECK_FALSE(contains(shown.out, "\x1b[2J"));
}

TEST_CASE("nothing is run when the first script fails, except the last one") {
  const auto result = tasks({"a", "--lines", "--begin", "exit 4", "--end", "echo then", "--finally",
                             "echo last", "--", "echo"});
  CHECK(result.exit_code == 3);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "--begin: the script did not succeed: exit code 4"));
  CHECK_FALSE(contains(result.err, "then"));
  CHECK(contains(result.err, "last\n"));
}

TEST_CASE("the last script runs on Ctrl-C, too") {
  process_options options = input("1\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--end", "echo then", "--finally", "echo last",
                                  "--", "echo"}),
                  options};
  REQUIRE(running.wait_for_output("1\n", 10s));
  running.send_signal(SIGINT);
  const auto result = running.wait();
  CHECK(result.exit_code == 130);
  CHECK(contains(result.err, "last\n"));
  CHECK_FALSE(contains(result.err, "then\n"));
}

TEST_CASE("a trap of a task's own runs at its end, after a timeout and on Ctrl-C") {
  for (const std::string& end : {"end"s, "timeout"s, "Ctrl-C"s}) {
    CAPTURE(end);
    temporary_directory directory;
    process_options here = input(end == "end" ? "0\n" : "10000\n");
    here.directory = directory.path().string();
    // A shell that a signal ends runs no trap for EXIT. Of a command that it is just about to
    // begin, a signal can be lost between fork and exec: no command here takes long.
    process running{muster_command({"run", "--lines", "--tag", "-t", end == "timeout" ? "2s" : "1h",
                                    "--shell", "--",
                                    "trap 'exit 1' TERM; trap 'echo over >> over' EXIT; "
                                    "echo begun; for i in $(seq {}); do sleep 0.05; done"}),
                    here};
    REQUIRE(running.wait_for_output("\tbegun\n", 10s));
    if (end == "Ctrl-C") running.send_signal(SIGINT);
    const auto result = running.wait();
    CHECK(result.exit_code == (end == "end" ? 0 : end == "timeout" ? 1 : 130));
    CHECK(read_whole_file(directory.file("over")) == "over\n");
  }
}

TEST_CASE("of a run that was stopped early, the script for its end is left out") {
  for (const std::vector<std::string>& limit :
       {std::vector<std::string>{"--halt", "1"}, {"--halt", "soon,1"}, {"--deadline", "100ms"}}) {
    std::vector<std::string> words{"a",     "b",         "--lines",   "-P",       "1",
                                   "--end", "echo then", "--finally", "echo last"};
    words.insert(words.end(), limit.begin(), limit.end());
    words.insert(words.end(), {"--shell", "--", ": {}; sleep 0.3; false"});
    const auto result = tasks(words);
    CAPTURE(limit.back(), result.err);
    CHECK(contains(result.err, "last\n"));
    CHECK_FALSE(contains(result.err, "then\n"));
  }
}

TEST_CASE("a script for the end that fails makes the run one that did not succeed") {
  for (const char* option : {"--end", "--finally"})
    CHECK(tasks({"a", "--lines", option, "exit 4", "--", "true"}).exit_code == 1);
}
