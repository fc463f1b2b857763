// What runs before a run, after it, and whatever happens.
#include "cli/run.hpp"

#include <csignal>

using namespace muster::test;
using namespace std::chrono_literals;

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
