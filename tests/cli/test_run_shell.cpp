// The script that --shell runs for each target: how it gets its values, and what can't carry them.
#include "cli/run.hpp"

#include <filesystem>

using namespace muster::test;

TEST_CASE("a script takes a target apart as parallel does") {
  const std::string values =
      "a/b.c/d\nx\n.hidden\ndir/\n/x\na.\na b/c.d e.f\na.tar.gz\ndir.d/\na/.b\n";
  const auto of_each = [&](const std::string& script) {
    return tasks({"--lines", "--ordered", "--shell", "--", script}, input(values)).out;
  };
  CHECK(of_each("f={}; echo \"${f##*/}\"") == "d\nx\n.hidden\n\nx\na.\nc.d e.f\na.tar.gz\n\n.b\n");
  CHECK(of_each("f={}; echo \"$(dirname -- \"$f\")\"") == "a/b.c\n.\n.\n.\n/\n.\na b\n.\n.\na\n");
  CHECK(of_each("f={}; case ${f##*/} in *.*) f=${f%.*};; esac; echo \"$f\"") ==
        "a/b.c/d\nx\n\ndir/\n/x\na\na b/c.d e\na.tar\ndir.d/\na/\n");
  CHECK(of_each("f={}; f=${f##*/}; echo \"${f%.*}\"") == "d\nx\n\n\nx\na\nc.d e\na.tar\n\n\n");
}

TEST_CASE(
    "what a script needs for a here-document and for another shell is as it is written down") {
  const std::string text = "v={}; cat <<END\nsee $v\nEND\nsh -c 'echo \"$1\"' sh {}";
  const auto result = tasks({"$(id) \"b\"", "--lines", "--shell", "--", text});
  CHECK(result.out == "see $(id) \"b\"\n$(id) \"b\"\n");
}

TEST_CASE("a script gets its targets as variables, so none becomes a part of it") {
  temporary_directory directory;
  const std::string hostile =
      "$(touch pwned) ; touch pwned\n'; touch pwned; '\n\"; touch pwned; \"\n"
      "`touch pwned`\n";
  process_options options = input(hostile);
  options.directory = directory.path().string();
  const auto result =
      tasks({"--lines", "--shell", "--ordered", "--", "echo {} \"in {}\" 'and {}' | cat"}, options);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  std::istringstream lines{hostile};
  for (std::string line; std::getline(lines, line);)
    CHECK(contains(result.out, line + " in " + line + " and " + line + "\n"));
  CHECK(run({"ls", directory.path().string()}).out.empty());
}

TEST_CASE("a script gets its targets whole, whatever it does to its own parameters") {
  const process_options given = input("a  *\n-x\n");
  for (const char* script :
       {"printf '[%s]' \"$(printf '%s' \"{}\")\"", "f() { printf '[%s]' \"{}\"; }; f",
        "set -- 1 2; shift; printf '[%s]' -- {} | sed 's/^\\[--\\]//'",
        "printf '[%s]' \"`printf %s \\\"{}\\\"`\"", "cat <<END | tr -d '\\n'\n[{}]\nEND"}) {
    CAPTURE(script);
    CHECK(tasks({"--lines", "--ordered", "--allow-dash", "--shell", "--", script}, given).out ==
          "[a  *][-x]");
  }
  const auto nested =
      tasks({"--lines", "--shell", "--replace", "@@", "--",
             MUSTER_BINARY " run 1 2 --lines --ordered --shell -- 'env; echo {}'; echo @@"},
            input("outer\n"));
  CHECK(contains(nested.out, "\nouter\n"));
  CHECK_FALSE(contains(nested.out, "_muster_"));
}

TEST_CASE("a script that can't carry its targets is refused before anything is run") {
  temporary_directory directory;
  const std::string made = directory.file("made");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"eval 'echo {}'", "muster: --shell: {} can't stand in the words of eval"},
      {"sh -c 'echo {}'", "pass the value as an argument: sh -c '… \"$1\"' sh {}"},
      {"ssh host \"echo {}\"", "{} can't stand in a text for ssh"},
      {"cat <<'END'\n{}\nEND", "write <<END rather than <<'END'"},
      {"echo $(({} + 1))", "compute with expr: $(expr {} + 1)"},
      {"echo '{}", "--shell: a quote ' of it is not closed"},
      {"for i in 1; do echo $i; done", "there is no {} in the script"},
  };
  for (const auto& [script, message] : cases) {
    const auto refused = tasks({"a", "--lines", "--begin", "touch " + made, "--finally",
                                "touch " + made, "--shell", "--", script});
    CAPTURE(script, refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, message));
    CHECK(refused.out.empty());
    CHECK_FALSE(std::filesystem::exists(made));
  }
}

TEST_CASE("a script keeps the shell's own braces") {
  process_options options = input("t\n");
  options.environment = {"OWN=mine"};
  CHECK(tasks({"--lines", "--shell", "--", "echo ${OWN} {}"}, options).out == "mine t\n");
}

TEST_CASE("a slot can be begun by its first task, and ended once all are done") {
  temporary_directory directory;
  process_options here = input(numbers(20));
  here.directory = directory.path().string();
  const std::string end =
      "for d in slot*; do [ ! -d \"$d\" ] || { echo ended $d; rmdir $d; }; done";
  const auto result = tasks({"--lines", "-P", "3", "--end", end, "--shell", "--",
                             "{ [ -d slot{%} ] || { mkdir slot{%} && echo begun slot{%}; }; } && "
                             "echo {} in slot{%}"},
                            here);
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  const std::size_t slots = lines_with(result.out, "begun ");
  CHECK(slots >= 1);
  CHECK(slots <= 3);
  CHECK(lines_with(result.err, "ended slot") == slots);
  CHECK(lines_with(result.out, " in slot") == 20);
  // No task works in a slot that could not be begun, and none is ended.
  here.input = "1\n2\n";
  const auto unbegun = tasks({"--lines", "--end", end, "--shell", "--",
                              "{ [ -d slot{%} ] || false; } && echo {} in slot{%}"},
                             here);
  CHECK(unbegun.exit_code == 1);
  CHECK(unbegun.out.empty());
  CHECK_FALSE(contains(unbegun.err, "ended"));
}

TEST_CASE("a script that the shell can't read is refused before anything is run") {
  temporary_directory directory;
  const std::string made = directory.file("made");
  for (const std::vector<std::string>& script : {std::vector<std::string>{"--shell", "--", "if {}"},
                                                 {"--shell", "--", "echo {} |"},
                                                 {"--end", "for i in 1; do", "--", "echo"},
                                                 {"--finally", "fi", "--", "echo"}}) {
    std::vector<std::string> words{"a", "--lines", "--begin", "touch " + made};
    words.insert(words.end(), script.begin(), script.end());
    const auto refused = tasks(words);
    CAPTURE(refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, ": the shell can't read the script: "));
    CHECK_FALSE(std::filesystem::exists(made));
  }
}
