#include "cli/run.hpp"
#include "support/enough_time.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>

#include <sys/stat.h>

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("a command that is not there, and one that may not be run, have reasons of their own") {
  const auto missing = tasks({"no-such-command-here", "--lines", "--json", "--", "{}"});
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.out, R"("status":"local_error","reason":"command_not_found"})"));
  const auto forbidden = tasks({"/etc/passwd", "--lines", "--json", "--", "{}"});
  CHECK(contains(forbidden.out, R"("status":"local_error","reason":"not_executable"})"));
  temporary_directory directory;
  write_program(directory.file("old"), "#!/no/such/perl\n");
  const auto old = tasks({directory.file("old"), "--lines", "--json", "--", "{}"});
  CHECK(contains(old.out, R"("reason":"bad_interpreter","detail":"/no/such/perl"})"));
  const auto text = tasks({directory.file("old"), "--lines", "--", "{}"});
  CHECK(contains(text.err, "old: local_error, bad_interpreter /no/such/perl\n"));
  // A directory that goes away meanwhile.
  const std::string place = directory.file("place");
  std::filesystem::create_directory(place);
  const auto nowhere = tasks(
      {place, "b", "--lines", "--json", "-P", "1", "--ordered", "--cwd", place, "--", "rmdir"});
  CHECK(contains(nowhere.out,
                 R"("target":"b","task":2,"status":"local_error","reason":"no_directory"})"));
}

TEST_CASE("a command that can be run for no target is said once, and nothing is run") {
  temporary_directory directory;
  write_whole_file(directory.file("plain"), "");
  const auto refused = [&](std::vector<std::string> options, const std::string& why) {
    options.insert(options.begin(), {"a", "b", "c", "--lines", "--job-log", directory.file("log")});
    const auto result = tasks(std::move(options));
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(result.err == "muster: " + why + "\n");
    CHECK_FALSE(std::filesystem::exists(directory.file("log")));
  };
  refused({"--", "no-such-command-here"},
          "there is no program 'no-such-command-here' in PATH; is it installed, or did you mean "
          "--shell?");
  refused({"--", "./nope", "{}"}, "can't run ./nope: No such file or directory");
  refused(
      {"--", directory.file("plain")},
      directory.file("plain") + " may not be executed; name a program, or make it one: chmod +x");
  refused({"--", "/tmp"}, "/tmp may not be executed; name a program, or make it one: chmod +x");
  write_program(directory.file("old"), "#!/no/such/perl -w\n");
  refused({"--", directory.file("old")},
          "can't run " + directory.file("old") +
              ": bad interpreter /no/such/perl: No such file or directory; install it, or mend the "
              "script's '#!' line");
  write_program(directory.file("dos"), "#!/bin/sh\r\necho\r\n");
  refused({"--cwd", directory.path().string(), "--", "./dos"},
          "can't run ./dos: bad interpreter /bin/sh\\x0d: No such file or directory; its lines end "
          "in CR LF: sed -i 's/\\r$//' on it mends that");
  refused({"--cwd", "/nonexistent", "--", "true"},
          "--cwd: can't run anything in /nonexistent: No such file or directory");
  refused({"--cwd", directory.file("plain"), "--shell", "--", "true"},
          "--cwd: can't run anything in " + directory.file("plain") + ": Not a directory");
}

TEST_CASE("a program is found from the directory it runs in, and may be made by the first script") {
  temporary_directory directory;
  std::filesystem::create_symlink("/bin/echo", directory.file("tool"));
  const std::string there = directory.path().string();
  CHECK(tasks({"a", "--lines", "--cwd", there, "--", "./tool"}).out == "a\n");
  const auto made =
      tasks({"a", "--lines", "--cwd", there, "--begin", "ln -s tool made", "--", "./made"});
  CHECK(made.out == "a\n");
  CHECK(tasks({"a", "--lines", "--dry-run", "--", "no-such-command-here"}).exit_code == 0);
}

TEST_CASE("a task that ignores SIGTERM is killed after its grace, with its children") {
  const std::string time = time_of_its_own();
  const auto result = with_enough_time(
      100ms,
      [&](std::chrono::milliseconds timeout) {
        return tasks({"a", "--lines", "--json", "--stdin", "--timeout",
                      std::to_string(timeout.count()) + "ms", "--grace", "100ms", "--", "sh", "-c",
                      "trap '' TERM; sleep " + time + " & echo begun; wait; sleep " + time});
      },
      [](const process_result& given) { return contains(given.out, "begun"); });
  CHECK(contains(result.out, R"("status":"timeout","reason":"command_timeout","signal":9)"));
  CHECK(all_gone(time));
}

TEST_CASE("a task that leaves children behind is not held up by them, nor are they left") {
  const std::string time = time_of_its_own();
  const auto result = tasks({"a", "--lines", "--json", "--stdin", "--grace", "50ms", "--", "sh",
                             "-c", "sleep " + time + " & echo done"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("output":"done\n","errors":"","left_open":true)"));
  CHECK(all_gone(time));
}

TEST_CASE("a task that closes its outputs is waited for") {
  const auto result = tasks(
      {"a", "--lines", "--json", "--stdin", "--", "sh", "-c", "exec >&- 2>&-; sleep 0.1; exit 6"});
  CHECK(contains(result.out, "\"exit_code\":6"));
}

TEST_CASE("a task that reads its input for ever meets its end") {
  CHECK(tasks({"a", "--lines", "--", "sh", "-c", "cat; echo end"}).out == "end\n");
}

TEST_CASE("a task that floods takes no memory for it, and is not held up") {
  MUSTER_NEED_TRUE_MEMORY();
  // 2 GB from each of 4 tasks; muster itself may not have a tenth of one.
  const auto result = run(
      {"sh", "-c",
       "ulimit -v 400000; exec " + std::string{MUSTER_BINARY} +
           " run --lines 1 2 3 4 -P 4 --json --output-max 1000 --stdin -- head -c 2G /dev/zero"},
      {}, std::chrono::seconds{100});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, "\"output_bytes\":2147483648,\"truncated\":true") == 4);
}

TEST_CASE("a target that looks like an option is refused unless it is allowed") {
  const auto result = tasks({"--lines", "--json", "--", "echo"}, input("-n\n"));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out,
                 R"("target":"-n","task":1,"status":"skipped","reason":"leading_dash"})"));
  CHECK(tasks({"--lines", "--allow-dash", "--", "printf", "%s"}, input("-n\n")).out == "-n");
  CHECK(tasks({"--lines", "--", "printf", "--", "%s"}, input("-n\n")).out == "-n");
  CHECK(tasks({"--lines", "--", "printf", "%s", "x{}"}, input("-n\n")).out == "x-n");
  CHECK(tasks({"--lines", "--shell", "--", "printf %s {}"}, input("-n\n")).exit_code == 1);
  CHECK(tasks({"--lines", "--shell", "--", "printf -- %s {}"}, input("-n\n")).out == "-n");
}

TEST_CASE("a target with a NUL byte or a line end reaches no command") {
  const auto result = tasks({"--lines", "--", "echo"}, input(std::string("a\0b\nc\n", 6)));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "stdin:1: a\\x00b: a NUL byte"));
  CHECK(result.out == "c\n");
  const auto row =
      tasks({"--json", "--", "echo", "{x}"}, input("{\"target\":\"h\",\"x\":\"a\\u0000b\"}\n"));
  CHECK(contains(row.out, R"("reason":"nul_byte")"));
  // Within a row a line end is a character like any other, and stays within its argument.
  const auto lines =
      tasks({"--", "printf", "<%s>", "{x}"}, input("{\"target\":\"h\",\"x\":\"a\\nb; rm\"}\n"));
  CHECK(lines.out == "<a\nb; rm>");
}

TEST_CASE("a full disk under the logs is said so, and standard output has everything") {
  temporary_directory directory;
  struct stat ignored {};
  if (::stat("/dev/full", &ignored) != 0) MUSTER_SKIP("there is no /dev/full");
  // A device can't be a log's place, as logs follow no link; a limit on files is as good as a full
  // disk.
  const auto result = run({"sh", "-c",
                           "ulimit -f 8; yes | " + std::string{MUSTER_BINARY} +
                               " run --lines -P 1 --json --log-dir " + directory.path().string() +
                               " --stdin -- head -c 100000 /dev/zero | cat"});
  CHECK(contains(result.err,
                 "muster: can't write --log-dir: " + directory.path().string() + "/y.log: "));
  CHECK(contains(result.err, "stopped early by a failed output"));
  CHECK(lines_with(result.out, "\"target\":\"y\"") >= 1);
}

TEST_CASE("a job log on a full disk stops the run before it begins") {
  const auto result = tasks({"a", "--lines", "--job-log", "/dev/full", "--", "echo"});
  CHECK(result.exit_code == 3);
  CHECK(contains(result.err, "/dev/full"));
  CHECK(result.out.empty());
}

TEST_CASE("an output on a full disk is not a success") {
  const auto result = tasks({"a", "--lines", "-o", "/dev/full", "--json", "--", "echo"});
  CHECK(result.exit_code == 3);
  CHECK(contains(result.err, "can't write /dev/full: No space left on device"));
  CHECK(lines_with(result.out, "\"target\"") == 1);
}

TEST_CASE("a reader that goes away ends the run, and its tasks") {
  const auto result =
      run({"sh", "-c",
           "seq 100000 | " + std::string{MUSTER_BINARY} +
               " run --lines --tag -- sh -c 'echo {}; exec sleep 0.01' | head -n 1; "
               "echo over"});
  CHECK(contains(result.out, "over"));
}

TEST_CASE("a fork that fails is tried again until it works") {
  for (const char* code : {"11", "12"}) {  // EAGAIN, ENOMEM
    process_options options = input(numbers(20));
    options.environment = {"LD_PRELOAD=" MUSTER_FAULT_SHIM,
                           "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
                           "MUSTER_FAULT_CALL=clone", std::string{"MUSTER_FAULT_ERRNO="} + code,
                           "MUSTER_FAULT_COUNT=30"};
    const auto result = tasks({"--lines", "--json", "--", "true"}, options);
    CAPTURE(code, result.err);
    CHECK(result.exit_code == 0);
    CHECK(lines_with(result.out, R"("status":"up")") == 20);
    CHECK(contains(result.err, "for this machine: "));
  }
}

TEST_CASE("few file descriptors slow a run down, but lose nothing") {
  const auto result = run({"sh", "-c",
                           "ulimit -n 60; seq 100 | " + std::string{MUSTER_BINARY} +
                               " run --lines -P 100 --json -- true"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 100);
  CHECK(contains(result.err, "tasks at once at the most, as no more files can be open"));
}

TEST_CASE("a task has the limit on open files that muster was started with") {
  const auto result = run({"sh", "-c",
                           "ulimit -Sn 321; exec " + std::string{MUSTER_BINARY} +
                               " run --lines --stdin a -- sh -c 'ulimit -Sn'"});
  CHECK(result.out == "321\n");
}

TEST_CASE("Ctrl-C with 1,000 tasks leaves no process behind, and every finished result is there") {
  const std::string time = time_of_its_own();
  process_options options = input("quick\n" + numbers(1000));
  process running{muster_command({"run", "--lines", "-P", "2000", "--json", "--", "sh", "-c",
                                  "[ {} = quick ] || exec sleep " + time}),
                  options};
  REQUIRE(running.wait_for_output("\"target\":\"quick\"", 30s));
  for (int i = 0; i < 1000 && processes_with(time) < 1000; ++i)
    ::usleep(20'000);
  running.send_signal(SIGINT);
  const auto result = running.wait(30s);
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, R"("status":"cancelled","reason":"interrupted")") == 1000);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(contains(result.err, "stopped early by Ctrl-C"));
  CHECK(all_gone(time));
}

TEST_CASE("a second Ctrl-C kills what ignores the first, and ends at once") {
  const std::string time = time_of_its_own();
  process_options options = input("a\n");
  options.keep_stdin = true;
  // A shell looks at its traps between commands, so these are short.
  process running{
      muster_command({"run", "--lines", "--grace", "100s", "--tag", "--stdin", "--", "sh", "-c",
                      "trap '' TERM; sleep " + time +
                          " & trap 'echo told' TERM; echo ready; "
                          "while :; do sleep 0.01; done"}),
      options};
  REQUIRE(running.wait_for_output("ready", 10s));
  running.send_signal(SIGINT);
  REQUIRE(running.wait_for_output("told", 10s));
  CHECK(running.running());
  running.send_signal(SIGINT);
  const auto result = running.wait(10s);
  CHECK(result.signal == SIGINT);
  CHECK(all_gone(time));
}

TEST_CASE("a second Ctrl-C kills the script that runs, with its children") {
  temporary_directory directory;
  const auto wait_for = [&](const std::string& name) {
    for (int i = 0; i < 1000 && !std::filesystem::exists(directory.file(name)); ++i)
      ::usleep(10'000);
    return std::filesystem::exists(directory.file(name));
  };
  // One that the first signal brings about, and one that does not heed it.
  const std::string time = time_of_its_own();
  const std::string last = "touch " + directory.file("last") + "; sleep " + time + "; echo";
  process finishing{
      muster_command({"run", "a", "--lines", "--begin", "true", "--finally", last, "--", "sh", "-c",
                      "touch " + directory.file("{}") + "; sleep 600"})};
  REQUIRE(wait_for("a"));
  finishing.send_signal(SIGINT);
  REQUIRE(wait_for("last"));
  finishing.send_signal(SIGINT);
  CHECK(finishing.wait(10s).signal == SIGINT);
  CHECK(all_gone(time));

  const std::string other_time = time_of_its_own();
  const std::string first = "trap '' TERM; sleep " + other_time + " & trap 'touch " +
                            directory.file("told") + "' TERM; touch " + directory.file("first") +
                            "; while :; do sleep 0.01; done";
  process beginning{
      muster_command({"run", "a", "--lines", "--grace", "100s", "--begin", first, "--", "true"})};
  REQUIRE(wait_for("first"));
  beginning.send_signal(SIGINT);
  REQUIRE(wait_for("told"));
  beginning.send_signal(SIGINT);
  CHECK(beginning.wait(10s).signal == SIGINT);
  CHECK(all_gone(other_time));
}

TEST_CASE("tasks die with muster when it is killed") {
  const std::string time = time_of_its_own();
  process_options options = input("a\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--stdin", "--", "sleep", time}), options};
  // Its own command line has the word as well.
  for (int i = 0; i < 1000 && processes_with(time) < 2; ++i)
    ::usleep(10'000);
  CHECK(processes_with(time) == 2);
  running.send_signal(SIGKILL);
  running.wait(10s);
  CHECK(all_gone(time));
}

TEST_CASE("a parent that ignores its children's ends does not hide them from muster") {
  const auto result = run({"sh", "-c",
                           "trap '' CHLD; exec " + std::string{MUSTER_BINARY} +
                               " run --lines --json 5 -- sh -c 'exit {}'"});
  CHECK(contains(result.out, "\"exit_code\":5"));
}

TEST_CASE("two thousand sleeping tasks take one thread and little memory") {
  MUSTER_NEED_TRUE_MEMORY();
  process_options options = input(numbers(2000));
  process running{
      muster_command({"run", "--lines", "-P", "2000", "-q", "--stdin", "--", "sleep", "3"}),
      options};
  ::usleep(2'000'000);
  const std::string status = read_whole_file("/proc/" + std::to_string(running.pid()) + "/status");
  CHECK(contains(status, "Threads:\t1\n"));
  CHECK(running.peak_rss_kib() < 20 * 1024);
  const auto result = running.wait(60s);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "2,000 ok"));
}

TEST_CASE("output of many tasks takes no more memory than those in flight need") {
  MUSTER_NEED_TRUE_MEMORY();
  process_options options = input(numbers(1500));
  const auto result = run({"sh", "-c", "ulimit -v 400000; exec \"$@\"", "sh", MUSTER_BINARY, "run",
                           "--lines", "-P", "16", "--json", "-o", "/dev/null", "-q", "--stdin",
                           "--", "head", "-c", "100000", "/dev/zero"},
                          options, 100s);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "1,500 ok"));
}
