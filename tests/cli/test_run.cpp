#include "cli/run.hpp"

#include <filesystem>
#include <set>
#include <sstream>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("a command is run for every target, and their output is shown") {
  const auto result = tasks({"127.0.0.1-3", "localhost:80", "--", "echo", "at", "{}"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  for (const char* line :
       {"at 127.0.0.1\n", "at 127.0.0.2\n", "at 127.0.0.3\n", "at localhost:80\n"})
    CHECK(contains(result.out, line));
  CHECK(contains(result.err, "4 ok"));
}

TEST_CASE("a row's true and false are these words, and null is no value") {
  const auto result = tasks({"--ordered", "--json", "--", "echo", "{t}"},
                            input("{\"target\":\"a\",\"t\":true}\n{\"target\":\"b\",\"t\":false}\n"
                                  "{\"target\":\"c\",\"t\":null}\n"));
  CHECK(contains(result.out, "\"output\":\"true\\n\""));
  CHECK(contains(result.out, "\"output\":\"false\\n\""));
  CHECK(contains(result.out, R"("target":"c","task":3,"status":"skipped","reason":"no_value")"));
}

TEST_CASE("without a placeholder the target is the last argument") {
  CHECK(tasks({"a", "--lines", "--", "echo", "for"}).out == "for a\n");
}

TEST_CASE("placeholders stand for the parts of a target, its number and its columns") {
  const std::string rows = "host,port,role\n10.0.0.1,22,\"web, front\"\nexample.test,,db\n";
  const auto result =
      tasks({"--ordered", "--", "echo", "{#}", "{}", "{host}", "{role}"}, input(rows));
  CHECK(result.out == "1 10.0.0.1:22 10.0.0.1 web, front\n2 example.test example.test db\n");
  CHECK(tasks({"--", "echo", "{address} {port}"}, input(rows)).out == "10.0.0.1 22\n");
  const auto json = tasks({"--", "echo", "{name}-{size}"},
                          input("{\"target\":\"h\",\"name\":\"x y\",\"size\":10}\n"));
  CHECK(json.out == "x y-10\n");
}

TEST_CASE("a row without the column that a command needs is skipped, and says which") {
  const auto result = tasks({"--json", "--", "echo", "{role}"},
                            input("{\"target\":\"h\",\"role\":\"web\"}\n{\"target\":\"i\"}\n"));
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("status":"skipped","reason":"no_value","detail":"role")") == 1);
}

TEST_CASE("columns that a target does not have come from defaults, by its host") {
  const std::vector<std::string> defaults{"--default", "user=root",         "--default",
                                          "port=22",   "--default",         "web* user=www",
                                          "--default", "10.0.0.0/8 role=x", "--ordered"};
  const auto echoed = [&](std::vector<std::string> more, const std::string& text) {
    more.insert(more.begin(), defaults.begin(), defaults.end());
    more.insert(more.end(), {"--", "echo", "{user}@{host}:{port}"});
    return tasks(more, input(text)).out;
  };
  CHECK(echoed({}, "host,user,port\nweb1,,\nweb2,ann,80\n10.0.0.1,,\n") ==
        "www@web1:22\nann@web2:80\nroot@10.0.0.1:22\n");
  CHECK(echoed({}, "web1\n10.0.0.0/30\ndb:99\n") ==
        "www@web1:22\nroot@10.0.0.1:22\nroot@10.0.0.2:22\nroot@db:99\n");
  const auto mistyped = tasks({"--default", "usr=x", "--", "echo", "{user}"}, input("db\n"));
  CHECK(contains(mistyped.err, "--default: nothing asks for usr: there is no {usr}"));
  const auto partly = tasks({"--default", "web* user=www", "--", "echo", "{user}"}, input("db\n"));
  CHECK(partly.exit_code == 1);
  CHECK(contains(partly.err, "db: skipped, no_value {user}"));
  // They name groups, and set times, too.
  const auto grouped = tasks({"--lines", "--default", "kind=disk", "--group-by", "kind",
                              "--group-max", "2", "--json", "--", "sleep", "{}"},
                             input("0\n"));
  CHECK(contains(grouped.out, R"("group":"disk")"));
  CHECK_FALSE(contains(grouped.err, "--group-by"));
  const auto late = tasks({"--lines", "--default", "1* timeout=50ms", "--json", "--", "sleep"},
                          input("0\n100\n"));
  CHECK(lines_with(late.out, R"("status":"up")") == 1);
  CHECK(lines_with(late.out, R"("status":"timeout")") == 1);
  CHECK(tasks({"--lines", "a/b", "--default", "a/b v=x", "--", "echo", "{v}"}).out == "x\n");
}

TEST_CASE("a default does not make another target of one that an earlier run was done with") {
  temporary_directory directory;
  const std::string log = directory.file("log");
  CHECK(tasks({"--resume", log, "--default", "a=1", "--", "echo", "{a}"}, input("h1\n")).out ==
        "1\n");
  CHECK(tasks({"--resume", log, "--default", "a=2", "--", "echo", "{a}"}, input("h1\nh2\n")).out ==
        "2\n");
}

TEST_CASE("braces that are no placeholder of a plain target stay") {
  const auto result = tasks({"a", "--lines", "--", "awk", "BEGIN{print \"{} {x}\"}"});
  CHECK(result.out == "a {x}\n");
}

TEST_CASE("a command may have words that look like options of muster, and lists theirs attached") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), "a\nb\n");
  const auto result = tasks({"--lines", "-iL" + directory.file("list"), "--ordered", "--", "echo",
                             "-iL", "-iLx", "--json", "--"});
  CHECK(result.out == "-iL -iLx --json -- a\n-iL -iLx --json -- b\n");
}

TEST_CASE("an empty list is nothing wrong, unless targets are needed") {
  for (const char* text : {"", "\n\n"}) {
    const auto none = tasks({"--lines", "--", "false"}, input(text));
    CHECK(none.exit_code == 0);
    CHECK(none.out.empty());
    CHECK_FALSE(contains(none.err, "no target"));
    const auto needed = tasks({"--lines", "--need-targets", "--", "false"}, input(text));
    CHECK(needed.exit_code == 2);
    CHECK(contains(needed.err, "there was no target to run the command for"));
  }
  CHECK(tasks({"--", "false"}, input("10.0.0.0/33\n")).exit_code == 2);
}

TEST_CASE("any line can be a target") {
  const auto result = tasks({"--lines", "--ordered", "--", "printf", "[%s]"},
                            input("a file.txt\n# not a comment\n\n  spaced  \n{\"a\":1}\n"));
  CHECK(result.out == "[a file.txt][# not a comment][  spaced  ][{\"a\":1}]");
}

TEST_CASE("targets may end in NUL, so that any file name can be one") {
  temporary_directory directory;
  const std::string names = "a\nb\0 -c #\0d"s;
  write_whole_file(directory.file("list"), names);
  const std::vector<std::string> printed{"--ordered", "--", "printf", "[%s]"};
  for (const bool is_file : {false, true}) {
    std::vector<std::string> words{is_file ? "--null" : "-0"};
    if (is_file) words.push_back("-iL" + directory.file("list"));
    words.insert(words.end(), printed.begin(), printed.end());
    CHECK(tasks(words, is_file ? input("") : input(names)).out == "[a\nb][ -c #][d]");
  }
  const std::vector<std::string> fed{"-0", "--stdin", "--batch", "3,3", "--", "tr", "\\0", "|"};
  CHECK(tasks(fed, input(names)).out == "a\nb| -c #|d|");
  const auto record = tasks({"-0", "--json", "--", "true"}, input(names));
  CHECK(contains(record.out, R"("target":"a\nb")"));
  CHECK(tasks({"-0", "--ordered", "--", "echo"}, input("a\0\0b\0"s)).out == "a\nb\n");
}

TEST_CASE("of a line that is taken as it is, no part is a host, a port or an address") {
  CHECK(tasks({"--lines", "Host:80", "--", "echo", "{host}"}).out == "Host:80\n");
  CHECK(tasks({"LOCALHOST:80", "--", "echo", "{} {host}"}).out == "LOCALHOST:80 localhost\n");
  for (const char* placeholder : {"{port}", "{address}"}) {
    const auto lacking = tasks({"--lines", "127.0.0.1:80", "--", "echo", placeholder});
    CHECK(contains(lacking.err, std::string{"skipped, no_value "} + placeholder));
  }
}

TEST_CASE("a line or an argument that is too long is no target") {
  const std::string longest(8192, 'x');
  CHECK(tasks({"--lines", "--", "echo"}, input(longest + "\n")).out == longest + "\n");
  const auto line = tasks({"--lines", "--", "echo"}, input(longest + "x\n"));
  CHECK(line.exit_code == 2);
  CHECK(contains(line.err, "longer than 8192 bytes"));
  const auto argument = tasks({"--lines", longest + 'x', "--", "echo"});
  CHECK(argument.exit_code == 2);
  CHECK(contains(argument.err, "longer than 8192 bytes"));
}

TEST_CASE("an argument is a target as it is, whatever it looks like") {
  CHECK(tasks({"--lines", "--ordered", "[a]", "[a,b]", "--label", "[x]", "[]", " [c]", " ", "--",
               "printf", "<%s>"})
            .out == "<[a]><[a,b]><[]>< [c]>< >");
  temporary_directory directory;
  const std::string bracketed = directory.file("[d]");
  std::filesystem::create_directory(bracketed);
  process_options there;
  there.directory = directory.path().string();
  CHECK(tasks({"--lines", "x", "--cwd", "[d]", "--", "pwd"}, there).out == bracketed + "\n");
  CHECK(tasks({"--lines", "x", "-qo", "[r].jsonl", "--", "true"}, there).exit_code == 0);
  CHECK(std::filesystem::exists(directory.file("[r].jsonl")));
  const auto empty = tasks({"--lines", "", "--", "echo"});
  CHECK(empty.exit_code == 2);
  CHECK(contains(empty.err, "the target is empty"));
}

TEST_CASE("a malformed target is reported, and stops nothing else unless it is to") {
  const auto result = tasks({"--", "echo"}, input("10.0.0.1\nno good\n10.0.0.2\n"));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "stdin:2: no good"));
  CHECK(lines_with(result.out, "10.0.0.") == 2);
  temporary_directory directory;
  write_whole_file(directory.file("list"), "10.0.0.1\nno good\n");
  const auto strict = tasks({"-iL", directory.file("list"), "--strict", "--", "echo"});
  CHECK(strict.exit_code == 2);
  CHECK(strict.out.empty());
}

TEST_CASE("a text of one's own can stand for the target, and {} is text then") {
  CHECK(tasks({"a b", "--lines", "--replace", "@@", "--", "echo", "x@@y", "{}", "{#}"}).out ==
        "xa by {} 1\n");
  CHECK(tasks({"a b", "--lines", "--replace", "FILE", "--shell", "--", "printf '<%s>' FILE '{}'"})
            .out == "<a b><{}>");
  CHECK(tasks({"10.0.0.1:80", "--replace", "{host}", "--", "echo", "{host}", "{port}"}).out ==
        "10.0.0.1:80 80\n");
  CHECK(tasks({"true", "--lines", "--replace", "@", "--", "@", "x"}).exit_code == 0);
  for (const char* text : {"", ";"}) {
    const auto refused = tasks({"a", "--lines", "--replace", text, "--shell", "--", "echo"});
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, "--replace"));
  }
  temporary_directory directory;
  const std::string log = directory.file("log");
  CHECK(tasks({"a", "--lines", "--job-log", log, "--", "echo", "@", "{}"}).exit_code == 0);
  const auto other =
      tasks({"a", "--lines", "--resume", log, "--replace", "@", "--", "echo", "@", "{}"});
  CHECK(other.exit_code == 2);
}

TEST_CASE("a slot is the least number that no other task in flight has") {
  CHECK(tasks({"--lines", "--ordered", "-P", "1", "--", "echo", "{%}"}, input(numbers(3))).out ==
        "1\n1\n1\n");
  // Each of three waits for the other two; then a slot that one has left is taken again.
  temporary_directory directory;
  process_options options = input(numbers(5));
  options.directory = directory.path().string();
  const auto result =
      tasks({"--lines", "-P", "3", "--", "sh", "-c",
             "mkdir s$1 || exit 1; [ $2 -gt 3 ] || { : >t$2; until [ -e t1 ] && [ -e t2 ] && "
             "[ -e t3 ]; do sleep 0.01; done; }; rmdir s$1; echo $1",
             "sh", "{%}", "{}"},
            options);
  CAPTURE(result.err, result.out);
  CHECK(result.exit_code == 0);
  std::istringstream lines{result.out};
  std::set<std::string> slots;
  for (std::string line; std::getline(lines, line);)
    slots.insert(line);
  CHECK(slots == std::set<std::string>{"1", "2", "3"});
}

TEST_CASE("targets can go to standard input instead") {
  CHECK(tasks({"a b", "--lines", "--stdin", "--", "cat"}).out == "a b\n");
}

TEST_CASE("a command has the environment and the directory that it is given") {
  const auto result = tasks({"a", "--lines", "--stdin", "--env", "A=1", "--env", "B=x=y", "--cwd",
                             "/", "--", "sh", "-c", "echo $A $B; pwd"});
  CHECK(result.out == "1 x=y\n/\n");
}

TEST_CASE("the first result is there before the last target is known") {
  process_options options = input("1\n");
  options.keep_stdin = true;
  process running{muster_command({"run", "--lines", "--", "echo", "got"}), options};
  CHECK(running.wait_for_output("got 1\n", 10s));
  CHECK(running.write("2\n"));
  CHECK(running.wait_for_output("got 2\n", 10s));
  running.close_stdin();
  CHECK(running.wait().exit_code == 0);
}

TEST_CASE("the help of run is as it was last agreed on") {
  // The default for each core is told as such, so the text is the same on every machine.
  const auto result = run(muster_command({"run", "--help"}));
  CHECK(result.exit_code == 0);
  CHECK(result.out == read_whole_file(MUSTER_SOURCE_DIR "/tests/cli/run_help.txt"));
  std::istringstream lines{result.out};
  for (std::string line; std::getline(lines, line);)
    CHECK(line.size() <= 100);
}

TEST_CASE("what makes no sense together is said before anything is run") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"a"}, "write it after --"},
      {{"a", "--lines", "--parse", "json", "--", "echo"}, "--parse: text has no fields"},
      {{"a", "--lines", "--parse", "xml", "--json", "--", "echo"}, "write json"},
      {{"a", "--lines", "--group-by", "x", "--", "echo"}, "--group-by: no group has a limit"},
      {{"a", "--lines", "--batch", "2", "--max-per-host", "1", "--", "echo"}, "--batch:"},
      {{"a", "--lines", "--batch", "5,2", "--", "echo"}, "MIN,MAX"},
      {{"a", "--lines", "--batch", "2", "--shell", "--", "echo {} {#}"}, "--batch with --shell"},
      {{"a", "--lines", "--halt", "0", "--", "echo"}, "--halt"},
      {{"a", "--lines", "-o", "-", "--", "echo"}, "-o -: results go to standard output already"},
      {{"a", "--lines", "--retries", "1", "--retry-on", "x", "--", "echo"}, "--retry-on"},
      {{"a", "--lines", "--refill", "(", "--", "echo"}, "is no regular expression"},
      {{"a", "--lines", "--env", "=x", "--", "echo"}, "write NAME=VALUE"},
      {{"a", "--lines", "-o", "page.html", "--", "echo"}, "there is no page of a run"},
      {{"a", "--lines", "--nonsense", "--", "echo"}, "there is no option --nonsense"},
  };
  for (const auto& [arguments, message] : cases) {
    const auto result = tasks(arguments);
    CAPTURE(message, result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, message));
    CHECK(result.out.empty());
  }
}

TEST_CASE("a name is looked up where its address is asked for, and only there") {
  CHECK(tasks({"localhost", "--", "echo", "{address}", "{host}"}).out == "127.0.0.1 localhost\n");
  const auto excluded =
      tasks({"localhost", "--exclude", "127.0.0.0/8", "--json", "--", "echo", "{address}"});
  CHECK(contains(excluded.out, R"("status":"skipped","reason":"excluded")"));
  MUSTER_NEED_LAB();  // where no name server can be reached
  const auto result = tasks({"no-such-host.invalid", "--json", "--", "echo", "{address}"});
  CHECK(contains(result.out, R"("status":"name_error","reason":)"));
  CHECK(tasks({"no-such-host.invalid", "--", "echo", "{host}"}).out == "no-such-host.invalid\n");
}
