// How many tasks run, how often, for how long, and when no more are to.
#include "cli/run.hpp"
#include "support/enough_time.hpp"

#include <csignal>

#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("never more tasks run at once than are allowed") {
  // Each task notes how many there are besides it.
  temporary_directory directory;
  const std::string script = "mkdir $1/{#}; ls $1 | wc -l; sleep 0.02; rmdir $1/{#}";
  const auto result = tasks(
      {"--lines", "-P", "3", "--stdin", "--", "sh", "-c", script, "sh", directory.path().string()},
      input(numbers(30)));
  CHECK(lines_with(result.out, "") == 30);
  for (const char* more : {"4", "5", "6", "7", "8"})
    CHECK(lines_with(result.out, more) == 0);
  CHECK(contains(result.err, "3 tasks at once at the most"));
}

TEST_CASE("a target without the column that names groups is mentioned once") {
  const std::string rows = "target,group\n10.0.0.1,a\n10.0.0.2,b\n";
  const auto mistyped =
      tasks({"--group-by", "grupo", "--group-max", "1", "--", "true"}, input(rows));
  CHECK(mistyped.exit_code == 0);
  CHECK(lines_with(mistyped.err, "muster: --group-by: 10.0.0.1 has nothing in a column grupo") ==
        1);
  CHECK(lines_with(mistyped.err, "--group-by") == 1);
  const auto right = tasks({"--group-by", "group", "--group-max", "1", "--", "true"}, input(rows));
  CHECK_FALSE(contains(right.err, "--group-by"));
}

TEST_CASE("a group has a limit of its own, and others are not held up by it") {
  std::string rows = "target,kind\n";
  for (int i = 0; i < 12; ++i)
    rows += std::to_string(i) + (i % 2 == 0 ? ",disk\n" : ",net\n");
  temporary_directory directory;
  const std::string script =
      "mkdir $1/{kind}.{#}; ls -d $1/{kind}.* | wc -l; sleep 0.02; rmdir $1/{kind}.{#}";
  const auto result = tasks({"--lines", "--input-format", "csv", "-P", "12", "--group-by", "kind",
                             "--group-max", "disk=1", "--group-max", "4", "--json", "--", "sh",
                             "-c", script, "sh", directory.path().string()},
                            input(rows));
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("group":"disk")") == 6);
  std::istringstream lines{result.out};
  for (std::string line; std::getline(lines, line);) {
    if (contains(line, R"("group":"disk")")) CHECK(contains(line, R"("output":"1\n")"));
  }
  CHECK(contains(result.err, "in the longest queue"));
}

TEST_CASE("tasks for one host wait for each other where that is asked for") {
  temporary_directory directory;
  const std::string script = "mkdir $1/{#}; ls $1 | wc -l; sleep 0.01; rmdir $1/{#}";
  const auto result = tasks({"h:1", "h:2", "h:3", "h:4", "-P", "4", "--max-per-host", "1",
                             "--stdin", "--", "sh", "-c", script, "sh", directory.path().string()});
  CHECK(lines_with(result.out, "1") == 4);
}

TEST_CASE("a failed task is tried again, and every try is in its result") {
  temporary_directory directory;
  const auto result = tasks({"a", "--lines", "--stdin", "--retries", "3", "--backoff", "10ms",
                             "--json", "--cwd", directory.path().string(), "--", "sh", "-c",
                             "echo x >> tries; [ $(wc -l < tries) = 3 ]"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("attempts":[{"status":"mismatch","reason":"exit_code_not_zero",)"
                             R"("exit_code":1,)"));
  CHECK(contains(result.err, "2 retries"));
}

TEST_CASE("a try that was not made any more is not counted") {
  const auto result = tasks({"a", "--lines", "--stdin", "--retries", "1", "--backoff", "1m",
                             "--deadline", "500ms", "--", "false"});
  CHECK(contains(result.err, "1 cancelled"));
  CHECK_FALSE(contains(result.err, "retr"));
}

TEST_CASE("only the exit codes that are named are tried again") {
  const auto result = tasks({"--lines", "--retries", "2", "--backoff", "1ms", "--retry-on",
                             "75,timeout", "--json", "--", "sh", "-c", "exit {}"},
                            input("75\n1\n"));
  CHECK(lines_with(result.out, "\"attempts\"") == 1);
  CHECK(contains(result.err, "2 retries"));
}

TEST_CASE("a run stops when too many tasks have failed") {
  const auto result =
      tasks({"--lines", "-P", "1", "--halt", "3", "--json", "--", "false"}, input(numbers(100)));
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"mismatch")") == 3);
  CHECK(contains(result.err, "stopped early by --halt"));
  const auto share =
      tasks({"--lines", "-P", "1", "--halt", "50%", "--json", "--", "false"}, input(numbers(100)));
  CHECK(lines_with(share.out, R"("status":"mismatch")") == 10);
}

TEST_CASE("a share that has failed is seen at the tenth task, though that one succeeds") {
  const auto result =
      tasks({"--lines", "-P", "1", "--halt", "50%", "--json", "--", "test", "10", "=", "{}"},
            input(numbers(100)));
  CHECK(lines_with(result.out, R"("status":"mismatch")") == 9);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(contains(result.err, "stopped early by --halt"));
}

TEST_CASE("of the share that may fail, a batch counts for all of its targets") {
  const std::vector<std::string> batches{"-P",  "1",      "--batch", "10,10", "--halt",
                                         "50%", "--json", "--",      "false"};
  auto known = batches;
  known.insert(known.begin(), {"127.0.0.1-100"});
  CHECK(lines_with(tasks(known).out, R"("status":"mismatch")") == 5);
  auto unknown = batches;
  unknown.insert(unknown.begin(), "--lines");
  CHECK(lines_with(tasks(unknown, input(numbers(300))).out, R"("status":"mismatch")") == 10);
}

TEST_CASE("the share that may fail is one of the targets that are still to be run") {
  temporary_directory directory;
  const std::vector<std::string> log{"--resume", directory.file("log"), "-P", "1"};
  std::vector<std::string> first{"127.0.0.1-20", "--", "sh", "-c", "test ! -e fail", "sh"};
  first.insert(first.begin(), log.begin(), log.end());
  process_options options;
  options.directory = directory.path().string();
  CHECK(tasks(first, options).exit_code == 0);
  write_whole_file(directory.file("fail"), "");
  std::vector<std::string> second{"127.0.0.1-30", "--halt",         "20%", "--json", "--", "sh",
                                  "-c",           "test ! -e fail", "sh"};
  second.insert(second.begin(), log.begin(), log.end());
  CHECK(lines_with(tasks(second, options).out, R"("status":"mismatch")") == 2);
}

TEST_CASE("a run that halts soon lets what runs come to its end") {
  // The first one fails when the second one has begun, which ends when muster has seen that.
  temporary_directory directory;
  const auto result =
      tasks({"1", "2", "3", "4", "--lines", "-P", "2", "--halt", "soon,1", "--json", "--cwd",
             directory.path().string(), "--", "sh", "-c",
             "echo $$ > {}.new; mv {}.new {}; if [ {} = 1 ]; then "
             "until [ -e 2 ]; do sleep 0.01; done; exit 1; fi; "
             "until [ -e 1 ]; do sleep 0.01; done; while kill -0 $(cat 1); do sleep 0.01; done"});
  CHECK(lines_with(result.out, R"("status":"mismatch")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("status":"cancelled")") == 0);
}

TEST_CASE("the deadline of a run ends what runs and says so") {
  const auto result = with_enough_time(
      200ms,
      [](std::chrono::milliseconds time) {
        return tasks({"--lines", "-P", "2", "--deadline", std::to_string(time.count()) + "ms",
                      "--json", "--stdin", "--", "sleep", "100"},
                     input(numbers(4)));
      },
      [](const process_result& given) { return lines_with(given.out, "\"target\"") == 2; });
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"cancelled","reason":"run_deadline")") == 2);
  CHECK(contains(result.err, "stopped early by --deadline"));
}

TEST_CASE("a task's timeout runs from its real start, and a row can have its own") {
  // The first one has a timeout of its own, and takes longer than the next one has.
  const auto result = tasks({"--lines", "--input-format", "csv", "-P", "1", "--timeout", "1s",
                             "--json", "--", "sleep", "{time}"},
                            input("target,time,timeout\na,1.2,60s\nb,0,\nc,100,\nd,100,50ms\n"));
  CHECK(lines_with(result.out, R"("status":"up")") == 2);
  CHECK(lines_with(result.out, R"("status":"timeout","reason":"command_timeout")") == 2);
}

TEST_CASE("limits follow signals") {
  process_options options = input(numbers(1));
  options.keep_stdin = true;
  // They are heard even if they were blocked.
  process running{muster_command_by({"env", "--block-signal=USR1,USR2"},
                                    {"run", "--lines", "-P", "2", "--", "echo"}),
                  options};
  REQUIRE(running.wait_for_output("1\n", 10s));
  running.send_signal(SIGUSR1);
  CHECK(running.wait_for_error_output("up to 3 tasks at once", 10s));
  running.send_signal(SIGUSR2);
  CHECK(running.wait_for_error_output("up to 2 tasks at once", 10s));
  for (int i = 0; i < 3; ++i) {
    running.send_signal(SIGUSR2);
    CHECK(running.wait_for_error_output("up to 1 task at once", 10s));
  }
  running.close_stdin();
  CHECK(running.wait().exit_code == 0);
}

TEST_CASE("limits can be changed while the first list is waited for") {
  temporary_directory directory;
  const std::string list = directory.file("list");
  REQUIRE(::mkfifo(list.c_str(), 0600) == 0);
  process running{muster_command({"run", "--lines", "-P", "2", "-iL", list, "--", "echo"})};
  const std::string about = "/proc/" + std::to_string(running.pid()) + "/status";
  const auto hears = [&about] {
    const std::string text = read_whole_file(about);
    const std::size_t at = text.find("SigCgt:");
    return at != text.npos &&
           ((std::stoull(text.substr(at + 7), nullptr, 16) >> (SIGUSR1 - 1)) & 1U);
  };
  for (int i = 0; i < 1000 && !hears(); ++i)
    ::usleep(10'000);
  REQUIRE(hears());
  running.send_signal(SIGUSR1);
  write_whole_file(list, "1\n");
  const auto result = running.wait();
  CHECK(result.exit_code == 0);
  CHECK(result.out == "1\n");
  CHECK(contains(result.err, "up to 3 tasks at once"));
}

TEST_CASE("limits follow a file, whether it is written or replaced") {
  temporary_directory directory;
  write_whole_file(directory.file("limits"), "max-in-flight 1\n");
  process_options options = input("0\n0\n0\n");
  options.keep_stdin = true;
  options.directory = directory.path().string();
  process running{muster_command({"run", "--lines", "--control", "limits", "--stdin", "--", "sh",
                                  "-c", "echo > begun.$$; while [ ! -e go ]; do sleep 0.01; done"}),
                  options};
  const auto begun = [&directory] {
    process_options here;
    here.directory = directory.path().string();
    return std::stoi(run({"sh", "-c", "ls | grep -c begun; true"}, here).out);
  };
  for (int i = 0; i < 1000 && begun() < 1; ++i)
    ::usleep(10'000);
  write_whole_file(directory.file("other"),
                   "# more\nmax-in-flight 3\nrate 100\ngroup a 2\nnonsense\n");
  REQUIRE(std::rename(directory.file("other").c_str(), directory.file("limits").c_str()) == 0);
  CHECK(running.wait_for_error_output("--control: limits: 'nonsense' sets nothing", 10s));
  for (int i = 0; i < 1000 && begun() < 3; ++i)
    ::usleep(10'000);
  write_whole_file(directory.file("go"), "");
  running.close_stdin();
  const auto result = running.wait();
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "3 tasks at once at the most"));
}

TEST_CASE("limits follow a file behind links, whichever of them is replaced") {
  temporary_directory directory;
  const auto make = [&directory](const std::string& version, const std::string& text) {
    std::filesystem::create_directory(directory.file(version));
    write_whole_file(directory.file(version + "/limits"), text);
    std::filesystem::create_directory_symlink(version, directory.file("..next"));
    std::filesystem::rename(directory.file("..next"), directory.file("..data"));
  };
  make("..1", "max-in-flight 1\n");
  std::filesystem::create_symlink("..data/limits", directory.file("limits"));
  process_options options = input("0\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--control", directory.file("limits"),
                                  "--stdin", "--", "cat"}),
                  options};
  make("..2", "second\n");
  CHECK(running.wait_for_error_output("'second' sets nothing", 10s));
  // What the link leads to is written where it is.
  write_whole_file(directory.file("..2/limits"), "third one\n");
  CHECK(running.wait_for_error_output("'third one' sets nothing", 10s));
  running.close_stdin();
  CHECK(running.wait().exit_code == 0);
}

TEST_CASE("a control file may ask for as many tasks at once as the option may") {
  temporary_directory directory;
  const std::string limits = directory.file("limits");
  write_whole_file(limits, "max-in-flight 100000\n");
  const std::vector<std::string> words{"a", "--lines", "--control", limits, "--", "true"};
  CHECK_FALSE(contains(tasks(words).err, "--control"));
  write_whole_file(limits, "max-in-flight 100001\n");
  CHECK(contains(tasks(words).err, "'max-in-flight 100001' sets nothing"));
}

TEST_CASE("tasks start no faster than the rate allows") {
  const auto result =
      tasks({"--lines", "-P", "100", "--rate", "50", "--json", "--", "true"}, input(numbers(11)));
  CHECK(result.exit_code == 0);
  CHECK(result.wall >= 199ms);  // ten waits of 20 ms after the first
}
