// What a dry run shows, and that it does nothing else.
#include "cli/run.hpp"

#include <filesystem>

using namespace muster::test;

using words = std::vector<std::string>;

TEST_CASE("a dry run shows the commands as a shell would take them, and runs none") {
  temporary_directory directory;
  process_options options;
  options.directory = directory.path().string();
  const auto result =
      tasks({"a b", "it's", "--lines", "--ordered", "--dry-run", "--", "touch", "{}"}, options);
  CHECK(result.exit_code == 0);
  CHECK(result.out == "touch 'a b'\ntouch 'it'\\''s'\n");
  CHECK(result.err == "2 targets, dry run: nothing was run\n");
  CHECK(run({"ls", directory.path().string()}).out.empty());
  // What a shell would take for a pattern of names is none.
  const auto odd = tasks({"[a]", "--lines", "--dry-run", "--", "rm", "{}", "[b]*"}, options);
  CHECK(odd.out == "rm '[a]' '[b]*'\n");
}

TEST_CASE("a dry run runs no script and leaves no log, so that the real run is still to come") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  const auto dry = tasks({"a",         "b",
                          "--lines",   "--tag",
                          "--dry-run", "--ordered",
                          "--begin",   "touch " + directory.file("begin"),
                          "--end",     "touch " + directory.file("end"),
                          "--finally", "touch " + directory.file("finally"),
                          "--joblog",  log,
                          "--log-dir", directory.file("logs"),
                          "--refill",  "echo (.)",
                          "--",        "echo"});
  CAPTURE(dry.err);
  CHECK(dry.exit_code == 0);
  CHECK(dry.out == "a\techo a\nb\techo b\n");
  CHECK(std::filesystem::is_empty(directory.path()));
  CHECK(tasks({"a", "--lines", "--joblog", log, "--", "echo"}).out == "a\n");
  const std::string before = read_whole_file(log);
  const auto rest = tasks({"a", "b", "--lines", "--dry-run", "--resume", log, "--", "echo"});
  CHECK(rest.out == "echo b\n");
  CHECK(rest.err == "1 target, dry run: nothing was run\n1 target done before\n");
  CHECK(read_whole_file(log) == before);
}

TEST_CASE("a dry run has no records, and says which targets have no command") {
  temporary_directory directory;
  for (const words& option :
       {words{"--json"}, words{"--csv"}, words{"-o", directory.file("x.csv")}}) {
    words arguments{"a", "--lines", "--dry-run"};
    arguments.insert(arguments.end(), option.begin(), option.end());
    arguments.insert(arguments.end(), {"--", "echo"});
    const auto refused = tasks(arguments);
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, "--dry-run excludes "));
  }
  CHECK(std::filesystem::is_empty(directory.path()));
  const auto dash = tasks({"--lines", "--dry-run", "--", "echo"}, input("-x\ny\n"));
  CHECK(dash.exit_code == 1);
  CHECK(dash.out == "echo y\n");
  CHECK(contains(dash.err, "1 target has no command that could be run\n"));
}
