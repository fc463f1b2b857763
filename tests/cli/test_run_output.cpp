#include "cli/run.hpp"

#include <csignal>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    all.push_back(line);
  return all;
}

}  // namespace

TEST_CASE("the output of each task is shown whole, and its errors apart") {
  const auto result = tasks({"a", "b", "--lines", "-P", "2", "--", "sh", "-c",
                             "echo {} 1; sleep 0.05; echo {} 2; echo {} wrong >&2"});
  const bool a_first = result.out == "a 1\na 2\nb 1\nb 2\n";
  const bool b_first = result.out == "b 1\nb 2\na 1\na 2\n";
  CHECK((a_first || b_first));
  CHECK(contains(result.err, "a wrong\n"));
  CHECK(contains(result.err, "b wrong\n"));
}

TEST_CASE("a task that fails is named on standard error, with how it failed") {
  const auto result = tasks({"a", "--lines", "--", "sh", "-c", "exit 3"});
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "muster: a: failed, exit code 3"));
  CHECK(contains(tasks({"a", "--lines", "--stdin", "--", "sh", "-c", "kill -9 $$"}).err,
                 "muster: a: killed, SIGKILL"));
}

TEST_CASE("results can come in the order of the targets, each as soon as it can") {
  const auto result = tasks({"0.2", "0.1", "0.01", "--lines", "-P", "3", "--ordered", "--", "sh",
                             "-c", "sleep {}; echo {}"});
  CHECK(result.out == "0.2\n0.1\n0.01\n");
}

TEST_CASE("with tags, lines come as they are written, each with its target before it") {
  process_options options = input("a\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--tag", "--stdin", "--", "sh", "-c",
                                  "echo one; echo bad >&2; while [ ! -e go ]; do sleep 0.01; done; "
                                  "printf last"}),
                  options};
  temporary_directory directory;
  CHECK(running.wait_for_output("a\tone\n", 10s));
  CHECK(running.wait_for_error_output("a\tbad\n", 10s));
  running.send_signal(SIGTERM);
  const auto result = running.wait();
  CHECK(result.out == "a\tone\n");
}

TEST_CASE("with tags and in order, each target's lines come when its turn has come") {
  const auto result = tasks({"0.2", "0.01", "--lines", "-P", "2", "--ordered", "--tag", "--", "sh",
                             "-c", "echo first; echo bad >&2; sleep {}; printf last"});
  CHECK(result.out == "0.2\tfirst\n0.2\tlast\n0.01\tfirst\n0.01\tlast\n");
  CHECK(result.err.starts_with("0.2\tbad\n0.01\tbad\n"));
}

TEST_CASE("an unfinished line with a tag becomes a line") {
  CHECK(tasks({"a", "--lines", "--tag", "--stdin", "--", "printf", "x\\ny"}).out == "a\tx\na\ty\n");
}

TEST_CASE("a JSON line says all that is known of a task") {
  const auto result =
      tasks({"a", "--lines", "--json", "--", "sh", "-c", "echo out; echo err >&2; exit 2"});
  CHECK(contains(result.out,
                 R"("target":"a","task":1,"status":"mismatch","reason":"exit_code_not_zero",)"
                 R"("exit_code":2,"started":")"));
  CHECK(contains(result.out, R"("output":"out\n","errors":"err\n"})"));
}

TEST_CASE("a task's own JSON becomes a field, and what is not JSON says so") {
  const auto result = tasks({"{\"n\": 1.50, \"s\": [null]}", "{broken", "--lines", "--ordered",
                             "--json", "--parse", "json", "--", "echo"});
  const auto lines = lines_of(result.out);
  REQUIRE(lines.size() == 2);
  CHECK(contains(lines[0], R"("data":{"n":1.50,"s":[null]})"));
  CHECK_FALSE(contains(lines[0], "\"output\""));
  CHECK(contains(lines[1], R"("output":"{broken\n","data_error":"not JSON at character 2)"));
}

TEST_CASE("CSV has a header and a row for each task") {
  const auto result = tasks({"a", "--lines", "--csv", "--", "echo", "x,\"y\""});
  CHECK(result.out.starts_with("time,target,targets,task,status,"));
  CHECK(contains(result.out, ",\"x,\"\"y\"\" a\n\","));
}

TEST_CASE("results go to files, too, whose suffix says how") {
  temporary_directory directory;
  const auto result = tasks({"a", "--lines", "-o", directory.file("x.jsonl"), "-o",
                             directory.file("x.csv"), "-o", directory.file("x.txt"), "--", "echo"});
  CHECK(result.exit_code == 0);
  CHECK(contains(read_whole_file(directory.file("x.jsonl")), R"("output":"a\n")"));
  CHECK(contains(read_whole_file(directory.file("x.csv")), "\"a\n\""));
  CHECK(read_whole_file(directory.file("x.txt")) == "a\n");
}

TEST_CASE("a name that says no format is refused before any file is emptied") {
  temporary_directory directory;
  const std::string good = directory.file("good.csv");
  for (const char* name : {"page.html", "other.xyz"}) {
    const std::string bad = directory.file(name);
    write_whole_file(good, "precious");
    write_whole_file(bad, "precious");
    CHECK(tasks({"a", "--lines", "-o", good, "-o", bad, "--", "echo"}).exit_code == 2);
    CHECK(read_whole_file(good) == "precious");
    CHECK(read_whole_file(bad) == "precious");
  }
  CHECK(sweep({"127.0.0.1", "-o", good, "-o", directory.file("other.xyz")}).exit_code == 2);
  CHECK(read_whole_file(good) == "precious");
}

TEST_CASE("quiet leaves the summary only") {
  const auto result = tasks({"a", "--lines", "-q", "--", "sh", "-c", "echo out; exit 1"});
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("1 target in "));
}

TEST_CASE("output that is cut off says so, and how long it was") {
  const auto result =
      tasks({"a", "--lines", "--json", "--output-max", "10", "--stdin", "--", "seq", "1000"});
  CHECK(contains(result.out, R"("output":"1\n2\n3\n4\n5\n")"));
  CHECK(contains(result.out, R"("output_bytes":3893,"truncated":true)"));
}

TEST_CASE("binary output is passed on as it is, but never breaks JSON") {
  const auto plain = tasks({"a", "--lines", "--stdin", "--", "printf", "\\377\\000\\033[31m"});
  CHECK(plain.out == std::string("\377\0\033[31m", 7));
  const auto json =
      tasks({"a", "--lines", "--json", "--stdin", "--", "printf", "\\377\\000\\033[31m"});
  CHECK(contains(json.out, "\"output\":\"\xef\xbf\xbd\\u0000\\u001B[31m\""));
}

TEST_CASE("what a task writes can't command the terminal") {
  MUSTER_NEED_TERMINAL();
  const std::string command = std::string{MUSTER_BINARY} +
                              " run a --lines --no-progress --stdin -- printf '\\033[31mred\\n'";
  const auto result = run({"script", "-qec", command, "/dev/null"});
  CHECK(contains(result.out, "\\x1b[31mred"));
  // A file is no terminal, even if standard error is one.
  temporary_directory directory;
  const std::string file = directory.file("out");
  run({"script", "-qec", command + " > " + file, "/dev/null"});
  CHECK(read_whole_file(file) == "\033[31mred\n");
}

TEST_CASE("a run whose progress is not to be shown shows its results all the same") {
  MUSTER_NEED_TERMINAL();
  const std::string command = std::string{MUSTER_BINARY} +
                              " run a --lines --no-progress --shell -- 'sleep 0.5; echo out {}'";
  const auto result = run({"script", "-qec", command, "/dev/null"});
  CHECK(contains(result.out, "out a"));
  CHECK_FALSE(contains(result.out, "in flight"));
}

TEST_CASE("what is said while a run goes on has a line of its own on the terminal") {
  MUSTER_NEED_TERMINAL();
  // The progress line is drawn every 200 ms.
  const std::string lines = "{ echo 127.0.0.1; sleep 0.7; echo bad..name; } | ";
  const std::string command =
      lines + MUSTER_BINARY + " run --end 'sleep 0.5; echo ended' -- sh -c 'sleep 0.5; echo out'";
  const auto result = run({"script", "-qec", command, "/dev/null"});
  CHECK(contains(result.out, "in flight"));
  for (const std::string& said : {std::string{"muster: stdin:2"}, std::string{"ended"}}) {
    const std::size_t at = result.out.find(said);
    REQUIRE(at != result.out.npos);
    const std::string before = result.out.substr(0, at);
    // Nothing is before it where muster took its time to begin.
    CHECK((before.empty() || before.ends_with("\n") || before.ends_with("\033[J")));
  }
}

TEST_CASE("each target has a log of its own, whatever its name, inside the directory") {
  temporary_directory directory;
  const std::string logs = directory.file("logs");
  const std::string long_name(300, 'x');
  const auto result = tasks(
      {"--lines", "--allow-dash", "--log-dir", logs, "--", "sh", "-c", "echo out; echo err >&2"},
      input("10.0.0.1\n../../escape\n.hidden\n-rf x\n" + long_name + "\n%2E\n"));
  CAPTURE(result.err);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{logs})
    names.insert(entry.path().filename());
  CHECK(names.size() == 6);
  CHECK(names.contains("10.0.0.1.log"));
  CHECK(names.contains("%2E.%2F..%2Fescape.log"));
  CHECK(names.contains("%2Ehidden.log"));
  CHECK(names.contains("%2Drf%20x.log"));
  CHECK(names.contains("%252E.log"));
  CHECK(read_whole_file(logs + "/10.0.0.1.log") == "out\nerr\n");
  CHECK(run({"ls", directory.path().string()}).out == "logs\n");
}

TEST_CASE("a log does not follow a link that somebody left in its place") {
  temporary_directory directory;
  write_whole_file(directory.file("victim"), "precious");
  std::filesystem::create_directory(directory.file("logs"));
  std::filesystem::create_symlink(directory.file("victim"), directory.file("logs/a.log"));
  const auto result = tasks({"a", "--lines", "--log-dir", directory.file("logs"), "--", "echo"});
  CHECK(result.exit_code == 3);
  CHECK(read_whole_file(directory.file("victim")) == "precious");
}

TEST_CASE("a pipe in the place of a log is not waited for") {
  temporary_directory directory;
  REQUIRE(::mkfifo(directory.file("a.log").c_str(), 0600) == 0);
  const auto result =
      tasks({"a", "--lines", "--log-dir", directory.path().string(), "--", "echo"}, {}, 10s);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 3);
  CHECK(contains(result.err, "a.log"));
  // Nor is it written to if somebody reads.
  const int reader = ::open(directory.file("a.log").c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  CHECK(tasks({"a", "--lines", "--log-dir", directory.path().string(), "--", "echo"}).exit_code ==
        3);
  char byte = 0;
  CHECK(::read(reader, &byte, 1) == 0);
  ::close(reader);
}

TEST_CASE("of a task that was tried again the last try is shown, but each with tags alone") {
  const std::vector<std::string> words{"a",       "--lines",   "--retries",
                                       "1",       "--backoff", "10ms",
                                       "--shell", "--",        ": {}; echo try; false"};
  for (const auto& [how, out] : {std::pair{"--merge", "try\n"}, {"--tag", "a\ttry\na\ttry\n"}}) {
    std::vector<std::string> shown{how};
    shown.insert(shown.end(), words.begin(), words.end());
    CHECK(tasks(shown).out == out);
  }
  std::vector<std::string> in_order{"--tag", "--ordered"};
  in_order.insert(in_order.end(), words.begin(), words.end());
  CHECK(tasks(in_order).out == "a\ttry\n");
}

TEST_CASE("a target that comes again goes on with its log") {
  temporary_directory directory;
  tasks({"a", "a", "--lines", "-P", "1", "--log-dir", directory.path().string(), "--", "echo",
         "{#}"});
  CHECK(read_whole_file(directory.file("a.log")) == "1\n2\n");
}

TEST_CASE("a job log has a line for each target, and a run can go on from it") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  const std::vector<std::string> command{"--", "sh", "-c", "[ -e ok ] || [ {} != 3 ]"};
  process_options options = input(numbers(5));
  options.directory = directory.path().string();
  auto first = command;
  first.insert(first.begin(), {"--lines", "--job-log", log});
  CHECK(tasks(first, options).exit_code == 1);
  CHECK(lines_with(read_whole_file(log), "\"status\":\"up\"") == 4);
  CHECK(lines_with(read_whole_file(log), R"("key":"3","status":"mismatch")") == 1);
  write_whole_file(directory.file("ok"), "");
  auto second = command;
  second.insert(second.begin(), {"--lines", "--resume", log, "--json"});
  const auto result = tasks(second, options);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, "\"target\":\"3\"") == 1);
  CHECK(lines_with(result.out, "\"target\"") == 1);
  CHECK(contains(result.err, "4 targets done before"));
  const auto third = tasks(second, options);
  CHECK(third.exit_code == 0);
  CHECK(third.out.empty());
}

TEST_CASE("rows of one target and other columns are told apart when a run goes on") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  const std::string rows = "target,what\nh,a\nh,b\n";
  tasks({"--job-log", log, "--", "test", "{what}", "=", "a"}, input(rows));
  const auto result =
      tasks({"--resume", log, "--json", "--", "test", "{what}", "=", "a"}, input(rows));
  CHECK(lines_with(result.out, "\"target\":\"h\"") == 1);
}

TEST_CASE("a job log of another command, or something else, is not gone on with") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  tasks({"a", "--lines", "--job-log", log, "--", "echo"});
  const auto other = tasks({"a", "--lines", "--resume", log, "--", "rm"});
  CHECK(other.exit_code == 2);
  CHECK(contains(
      other.err,
      "is of another command: -- echo; this one is: -- rm; repeat that one, or name another log"));
  write_whole_file(log, "something else\n");
  CHECK(contains(tasks({"a", "--lines", "--resume", log, "--", "echo"}).err, "is not a job log"));
}

TEST_CASE("a job log whose last line was cut off is gone on with") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  tasks({"a", "b", "--lines", "--job-log", log, "--", "true"});
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 10);
  const auto result = tasks({"a", "b", "--lines", "--resume", log, "--json", "--", "true"});
  CHECK(lines_with(result.out, "\"target\"") == 1);
  CHECK(tasks({"a", "b", "--lines", "--resume", log, "--json", "--", "true"}).out.empty());
}

TEST_CASE("a reader that has had enough hears nothing of the tasks that are left") {
  const auto result = run({"bash", "-c",
                           "seq 2000 | " + std::string{MUSTER_BINARY} +
                               " run --lines -P 8 -- echo | head -1; exit ${PIPESTATUS[1]}"});
  CHECK(result.exit_code == 141);
  CHECK(lines_with(result.out, "") == 1);
  CHECK(result.err.empty());
}

TEST_CASE("two runs may write to one job log") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  const auto both = run({"sh", "-c",
                         "seq 200 | $0 run --lines -q --job-log $1 -- true & "
                         "seq 201 400 | $0 run --lines -q --job-log $1 -- true; wait",
                         MUSTER_BINARY, log});
  CAPTURE(both.err);
  std::size_t good = 0;
  for (const std::string& line : lines_of(read_whole_file(log)))
    good += line.starts_with("{\"time\":\"") && line.ends_with("}") ? 1U : 0U;
  CHECK(good == 402);
}
