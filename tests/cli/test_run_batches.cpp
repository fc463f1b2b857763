// Several targets for one process, and targets that come out of the output of tasks.
#include "cli/run.hpp"

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("a script can have a beginning and an end around the targets of its batch") {
  const auto result = tasks({"--lines", "--batch", "1,100", "--shell", "--",
                             "trap 'echo over' EXIT; echo begin; for t in {}; do echo \"<$t>\"; "
                             "done; echo end"},
                            input("a\nb c\n"));
  CHECK(result.out == "begin\n<a>\n<b c>\nend\nover\n");
  // What has failed within it shows, though what comes after it has not.
  const std::vector<std::string> checked{
      "--lines",
      "--batch",
      "1,100",
      "--shell",
      "--",
      "r=0; test -e . || exit; for t in {}; do test \"$t\" != bad || r=1; done; echo end; exit $r"};
  for (const auto& [lines, code] : {std::pair{"a\nb\n", 0}, {"bad\nb\n", 1}}) {
    const auto ended = tasks(checked, input(lines));
    CHECK(ended.out == "end\n");
    CHECK(ended.exit_code == code);
  }
}

TEST_CASE("a batch is no larger than what fits into a command") {
  temporary_directory directory;
  std::string lines;
  for (int i = 0; i < 600; ++i)
    lines += std::string(8'000, 'x') + '\n';
  write_whole_file(directory.file("list"), lines);
  // The system allows a quarter of the stack's limit.
  const auto result = run(muster_command_by(
      {"sh", "-c", "ulimit -S -s 8192 && exec \"$0\" \"$@\""},
      {"run", "--lines", "-iL", directory.file("list"), "--batch", "600", "--", "true"}));
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "600 targets"));
  CHECK_FALSE(contains(result.err, "\n1 task\n"));
  const auto fed = tasks({"--lines", "-iL", directory.file("list"), "--stdin", "--batch", "600,600",
                          "--", "wc", "-l"});
  CHECK(fed.out == "600\n");
  // A column that the command doesn't have takes no room.
  std::string rows = "host,note\n";
  for (int i = 0; i < 600; ++i)
    rows += "h" + std::to_string(i) + "," + std::string(7'000, 'x') + "\n";
  write_whole_file(directory.file("rows.csv"), rows);
  CHECK(tasks({"-iL", directory.file("rows.csv"), "--batch", "600,600", "--", "sh", "-c", "echo $#",
               "sh", "{host}"})
            .out == "600\n");
}

TEST_CASE("of a batch that can't be run, the target that keeps it from that is named") {
  const auto result = tasks({"--lines", "--batch", "3,3", "--", "echo"}, input("a\n-x\nb\n"));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "a and 2 more: skipped, leading_dash {-x}"));
  const auto lacking = tasks({"--batch", "2,2", "--", "echo", "{role}"},
                             input("{\"target\":\"h1\",\"role\":\"a\"}\n{\"target\":\"h2\"}\n"));
  CHECK(contains(lacking.err, "h1 and 1 more: skipped, no_value {role of h2}"));
}

TEST_CASE("a batch goes to one process, as arguments or as lines of its input") {
  const auto result =
      tasks({"--lines", "--batch", "3", "--ordered", "--json", "--", "echo"}, input(numbers(7)));
  CHECK(lines_with(result.out, "\"task\":") == 3);
  CHECK(contains(result.out, R"("targets":["1","2","3"])"));
  CHECK(contains(result.out, R"("output":"1 2 3\n")"));
  CHECK(contains(result.out, R"("output":"7\n")"));
  CHECK(contains(result.err, "7 ok"));
  const auto fed = tasks({"--lines", "--batch", "2,4", "--stdin", "--ordered", "--", "wc", "-l"},
                         input(numbers(6)));
  CHECK(fed.out == "4\n2\n");
  const auto script =
      tasks({"--lines", "--batch", "4", "--shell", "--", "printf '<%s>' {}"}, input("a b\nc\n"));
  CHECK(script.out == "<a b><c>");
}

TEST_CASE("of a batch, a word with text around its place comes for each, or holds all") {
  CHECK(tasks({"--lines", "--batch", "3,3", "--", "echo", "a{}b"}, input(numbers(3))).out ==
        "a1b a2b a3b\n");
  CHECK(tasks({"--lines", "--batch", "3,3", "--shell", "--", "echo \"a{}b\""}, input(numbers(3)))
            .out == "a1 2 3b\n");
}

TEST_CASE("a batch that waits for more is started all the same when no more come") {
  process_options options = input("1\n2\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--batch", "5,9", "--", "echo"}), options};
  CHECK(running.wait_for_output("1 2\n", 10s));
  running.close_stdin();
  CHECK(running.wait().exit_code == 0);
}

TEST_CASE("lines of output become new targets, each once") {
  const auto result = tasks({"1", "--lines", "--refill", "^next ([0-9]+)$", "--", "sh", "-c",
                             "echo next $(( ({} + 1) % 10 )); echo next {}; echo nothing"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, "nothing") == 10);
  CHECK(contains(result.err, "10 ok"));
}

TEST_CASE("targets that one task has found are run in the order that they were found in") {
  const auto result = tasks({"a", "--lines", "--refill", "^new (.*)", "-P", "1", "--", "sh", "-c",
                             "echo at $1; [ $1 != a ] || printf 'new b\\nnew c\\nnew d\\n'", "sh"});
  CHECK(contains(result.out, "at b\nat c\nat d\n"));
}

TEST_CASE("what is refilled while standard input is still open is run at once") {
  process_options options = input("1\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--refill", "^next (.*)", "--", "sh", "-c",
                                  "echo this is {}; [ {} = 2 ] || echo next 2"}),
                  options};
  CHECK(running.wait_for_output("this is 2\n", 10s));
  running.close_stdin();
  CHECK(running.wait().exit_code == 0);
}
