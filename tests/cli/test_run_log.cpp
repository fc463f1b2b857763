// Which logs a run goes on from, and which it refuses.
#include "cli/run.hpp"

#include <csignal>
#include <filesystem>

#include <sys/stat.h>

using namespace muster::test;
using namespace std::chrono_literals;

using words = std::vector<std::string>;

namespace {

/// Runs a command for the target x, with an option that names a log.
process_result with_log(const std::string& option, const std::string& log, const words& rest) {
  words all{"x", "--lines", option, log};
  all.insert(all.end(), rest.begin(), rest.end());
  return tasks(all);
}

}  // namespace

TEST_CASE("a log is not gone on with by the same words in other places, or run in another way") {
  temporary_directory directory;
  const words commands[]{
      {"--", "sh", "-c", "true x"},
      {"--", "sh", "-c", "true", "x"},
      {"--shell", "--", "sh", "-c", "true x"},
      {"--stdin", "--", "sh", "-c", "true x"},
      {"--cwd", "/", "--", "sh", "-c", "true x"},
      {"--cwd", "/tmp", "--", "sh", "-c", "true x"},
      {"--batch", "3", "--", "sh", "-c", "true x"},
      {"--batch", "2,3", "--", "sh", "-c", "true x"},
      {"--env", "STAGE=secret", "--", "sh", "-c", "true x"},
      {"--env", "STAGE=other", "--", "sh", "-c", "true x"},
  };
  for (std::size_t made = 0; made < std::size(commands); ++made) {
    const std::string log = directory.file("log" + std::to_string(made));
    REQUIRE(with_log("--job-log", log, commands[made]).exit_code == 0);
    CHECK_FALSE(contains(read_whole_file(log), "secret"));
    for (std::size_t asked = 0; asked < std::size(commands); ++asked) {
      const auto result = with_log("--resume", log, commands[asked]);
      CAPTURE(made, asked, result.err);
      CHECK(result.exit_code == (made == asked ? 0 : 2));
      CHECK(contains(result.err,
                     made == asked ? "1 target done before" : " is of another command: "));
    }
  }
}

TEST_CASE("a target keeps its number when a run goes on") {
  temporary_directory directory;
  const words command{"--lines",
                      "-P",
                      "1",
                      "--resume",
                      directory.file("log"),
                      "--",
                      "sh",
                      "-c",
                      "echo $1 $2; test $1 != 2 || test -e " + directory.file("mended"),
                      "sh",
                      "{}",
                      "{#}"};
  CHECK(tasks(command, input("1\n2\n3\n")).out == "1 1\n2 2\n3 3\n");
  write_whole_file(directory.file("mended"), "");
  CHECK(tasks(command, input("1\n2\n3\n4\n")).out == "2 2\n4 4\n");
}

TEST_CASE("targets that were found are there when a run goes on") {
  temporary_directory directory;
  const std::string mended = directory.file("mended");
  const words command{"--lines",
                      "--refill",
                      "found: (.*)",
                      "--resume",
                      directory.file("log"),
                      "--",
                      "sh",
                      "-c",
                      "case $1 in a) echo 'found: b'; printf 'found: c\\377\\n';; *) echo ran $1; "
                      "test -e " +
                          mended + ";; esac",
                      "sh"};
  CHECK(tasks(command, input("a\n")).exit_code == 1);
  write_whole_file(mended, "");
  const auto again = tasks(command, input("a\n"));
  CAPTURE(again.err);
  CHECK(again.exit_code == 0);
  CHECK(lines_with(again.out, "ran b") == 1);
  CHECK(lines_with(again.out, "ran c\xff") == 1);
  CHECK(lines_with(again.out, "found") == 0);
}

TEST_CASE("limits and outputs may be others when a run goes on") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  CHECK(with_log("--job-log", log, {"--", "true"}).exit_code == 0);
  const auto result =
      with_log("--resume", log, {"-P", "9", "--timeout", "9s", "--json", "--", "true"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "1 target done before"));
}

TEST_CASE("a log of an earlier version, which had bare words, is refused with the reason") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  write_whole_file(log, "{\"time\":\"2026-01-01T00:00:00Z\",\"command\":\"echo\"}\n");
  const auto result = with_log("--resume", log, {"--", "echo"});
  CHECK(result.exit_code == 2);
  CHECK(result.err == "muster: --resume: " + log +
                          " is of another command: echo; this one is: -- echo; a log of an earlier "
                          "version of muster can't tell; name a new one\n");
}

TEST_CASE("a job log that is not there yet is begun by the run that would go on with it") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  CHECK(with_log("--resume", log, {"--dry-run", "--", "echo"}).err ==
        "1 target, dry run: nothing was run\n");
  CHECK_FALSE(std::filesystem::exists(log));
  const auto first = with_log("--resume", log, {"--", "echo"});
  CHECK(first.exit_code == 0);
  CHECK(first.out == "x\n");
  CHECK(contains(first.err, "there is no " + log + " yet: all targets are run, and it is begun\n"));
  const auto second = with_log("--resume", log, {"--", "echo"});
  CHECK(second.exit_code == 0);
  CHECK(second.out.empty());
  CHECK_FALSE(contains(second.err, "there is no"));
  // Not where another log is written: that name must be a mistake.
  const std::string other = directory.file("other");
  const auto wrong = with_log("--resume", other, {"--job-log", log, "--", "echo"});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.err, "there is no " + other + "; leave it out to begin with --job-log"));
  const auto nowhere = with_log("--resume", directory.file("no/log"), {"--", "echo"});
  CHECK(nowhere.exit_code == 3);
  CHECK(nowhere.out.empty());
}

TEST_CASE("a log or a file of limits that is a pipe or a device is refused before it is read") {
  temporary_directory directory;
  const std::string fifo = directory.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  for (const std::string& path : {fifo, std::string{"/dev/zero"}, directory.path().string()}) {
    for (const char* option : {"--resume", "--control"}) {
      const auto result = with_log(option, path, {"--", "echo"});
      CHECK(result.exit_code == 2);
      CHECK(result.out.empty());
      CHECK(result.err ==
            "muster: " + std::string{option} + ": " + path + " is no regular file; name one\n");
    }
    const auto swept = run(muster_command({"sweep", "127.0.0.1:1", "--resume", path}));
    CHECK(swept.exit_code == 2);
    CHECK(swept.err == "muster: --resume: " + path + " is no regular file; name one\n");
  }
}

TEST_CASE("a file of limits that is replaced by a pipe is not waited for") {
  temporary_directory directory;
  process_options options = input("a\n");
  options.directory = directory.path().string();
  options.keep_stdin = true;
  write_whole_file(directory.file("limits"), "rate 0\n");
  process running{muster_command({"run", "--lines", "--control", "limits", "--", "echo"}), options};
  REQUIRE(running.wait_for_output("a\n", 10s));
  REQUIRE(::mkfifo(directory.file("fifo").c_str(), 0600) == 0);
  REQUIRE(std::rename(directory.file("fifo").c_str(), directory.file("limits").c_str()) == 0);
  CHECK(running.wait_for_error_output("--control: limits is no regular file", 10s));
  REQUIRE(running.write("b\n"));
  CHECK(running.wait_for_output("b\n", 10s));
  running.close_stdin();
  CHECK(running.wait().exit_code == 0);
}

TEST_CASE("a job log has what was shown, and a task's own log what has ended") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  process running{muster_command({"run", "--lines", "--ordered", "-P", "2", "--job-log", log,
                                  "--log-dir", directory.file("logs"), "600", "0", "--", "sleep"})};
  for (int i = 0; i < 3000 && !std::filesystem::exists(directory.file("logs/0.log")); ++i)
    ::usleep(10'000);
  CHECK(std::filesystem::exists(directory.file("logs/0.log")));
  CHECK(lines_with(read_whole_file(log), R"("key":"0")") == 0);  // its turn has not come
  running.send_signal(SIGINT);
  CHECK(running.wait().exit_code == 130);
  CHECK(lines_with(read_whole_file(log), R"("key":"0","status":"up")") == 1);
}

TEST_CASE("a target that is there several times is done as often as it has succeeded") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  const std::vector<std::string> again{"--resume", log,         "--lines",       "-P",
                                       "1",        "--ordered", "--json",        "--",
                                       "sh",       "-c",        "test {#} -ne 2"};
  const auto first = tasks(again, input("h\nh\nh\n"));
  CHECK(lines_with(first.out, R"("status":"up")") == 2);
  const auto second = tasks(again, input("h\nh\nh\n"));
  CHECK(lines_with(second.out, R"("status":"up")") == 1);
  CHECK(second.exit_code == 0);
  CHECK(contains(second.err, "2 targets done before"));
}
