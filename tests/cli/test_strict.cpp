// Lines that are no targets, under --strict and where targets can't be read.
#include "cli/run.hpp"

using namespace muster::test;

TEST_CASE("a list's name may be attached to its option, and what follows -- is no option") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), "127.0.0.1:1\n");
  const auto attached = sweep({"-iL" + directory.file("list"), "--json"});
  CHECK(lines_with(attached.out, R"("target":"127.0.0.1:1")") == 1);
  CHECK(lines_with(attached.out, "") == 1);
  const auto missing = sweep({"-iL/no/such/list"});
  CHECK(missing.exit_code == 3);
  CHECK(contains(missing.err, "/no/such/list"));
  for (const std::string word : {"-iL", "-iLx", "--json"}) {
    const auto result = sweep({"--json", "--resolver", "127.0.0.1:1", "--", word});
    CAPTURE(word);
    CHECK(contains(result.out, R"("target":")" + word + R"(",)"));
  }
}

TEST_CASE("with --strict a bad line stops the run before anything is probed") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), "127.0.0.1:1\nhost:99999\n");
  const auto result = sweep({"-iL", directory.file("list"), "--strict", "--json"});
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(contains(result.err, ":2: "));
}

TEST_CASE("a pipe that is named as a file is read once, under --strict, too") {
  const auto good =
      sweep({"-iL", "/dev/stdin", "--strict", "--json"}, {.input = "127.0.0.1:1\n127.0.0.2:1\n"});
  CAPTURE(good.err);
  CHECK(good.exit_code == 1);
  CHECK(lines_with(good.out, "\"target\"") == 2);
  for (const char* order : {"--show-all", "--randomize"}) {
    const auto bad = sweep({"-iL", "/dev/stdin", "--strict", "--json", order},
                           {.input = "127.0.0.1:1\nhost:0\n127.0.0.2:1\n"});
    CAPTURE(order, bad.err);
    CHECK(bad.exit_code == 2);
    CHECK(lines_with(bad.err, "host:0") == 1);
    if (std::string{order} == "--randomize") CHECK(bad.out.empty());
  }
}

TEST_CASE("with --strict a bad line of a pipe ends the run, and that is what the summary says") {
  const auto swept = sweep({"--strict", "--json"}, input("127.0.0.1:1\nhost:0\n"));
  CAPTURE(swept.err);
  CHECK(swept.exit_code == 2);
  CHECK(contains(swept.err, "stdin:2: host:0: "));
  CHECK(contains(swept.err, "stopped early by --strict, as a line was not a target: "));

  const auto run =
      tasks({"--strict", "--json", "--stdin", "--", "sleep", "600"}, input("127.0.0.1\nhost:0\n"));
  CAPTURE(run.err);
  CHECK(run.exit_code == 2);
  CHECK(contains(run.out, R"("status":"cancelled","reason":"bad_target")"));
  CHECK(contains(run.err, "stopped early by --strict, as a line was not a target: "));
}

TEST_CASE("what a file's columns are is said once, though --strict reads it twice") {
  temporary_directory directory;
  write_whole_file(directory.file("hosts.csv"), "ip,port,rack\n127.0.0.1,1,7\n");
  const auto result = sweep({"-iL", directory.file("hosts.csv"), "--strict", "--json"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, "\"target\"") == 1);
  CHECK(lines_with(result.err, "'rack'") == 1);
}

TEST_CASE("a standard input that can't be read is no success") {
  const std::string muster{MUSTER_BINARY};
  for (const std::string command : {" run 127.0.0.1 - -- echo", " sweep 127.0.0.1:1 -"}) {
    const auto result = run({"sh", "-c", muster + command + " < /"});
    CAPTURE(command, result.err);
    CHECK(result.exit_code == 3);
    CHECK(contains(result.err, "reading standard input failed: Is a directory"));
  }
}
