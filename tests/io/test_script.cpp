// Scripts with all kinds of values, run by the shells that are here.
//
// Strategy: a grid of constructs and values. The script hands what has arrived to `show`, which
// writes it between two marks; so each byte of it counts. What is refused is refused for any value.
#include "command/command_template.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace muster;
using namespace std::string_literals;

namespace {

using words = std::vector<std::string>;

const words& values() {
  // Many of them in one, and those by themselves that mean something as a whole.
  static const words all{
      "it's \"q\"  *\t[a-z]* $(touch x)`touch x`${HOME}$$ ;touch x; |touch x\\ \\b\\\\n } ) touch "
      "x #",
      "",
      " ",
      "*",
      "'",
      "\"'\"'",
      "-n",
      "\\",
      "{}",
      "~",
      "\nE\ntouch x\n\n$(touch x)",
      "a[$(touch x)]",
      "\1\2\177\xff\xfe\x81\x82\x83\x84\x85\x86\x87\x88"};
  return all;
}

/// What shows its arguments, each between marks that no value has.
const std::string show = "printf '<<%s>>' ";

/// Each of these shows the value, and nothing else.
const words& carriers() {
  static const words all{
      show + "{}",
      show + "\"{}\"",
      show + "'{}'",
      show + "''{}\"\"",
      show,
      "echo \"it's\" >/dev/null; " + show + "{}",
      "# it's a comment with {}\n" + show + "{} # don't {}",
      "f() { " + show + "\"{}\"; }; f",
      "f() { " + show + "{}\n}\nset -- a b; f c",
      "set -- a; shift; " + show + "{}",
      "set -- \"{}\"; " + show + "\"$1\"",
      "v={}; " + show + "\"$v\"",
      "v='{}' w=\"{}\"; [ \"$v\" = \"$w\" ] && " + show + "\"$w\"",
      "v={} sh -c '"
      "printf \"<<%s>>\" \"$v\"'",
      "v={}; eval 'printf \"<<%s>>\" \"$v\"'",
      "v={}; trap '"
      "printf \"<<%s>>\" \"$v\"' EXIT; true",
      "sh -c 'printf \"<<%s>>\" \"$1\"' sh {}",
      "for v in {}; do " + show + "\"$v\"; done",
      "case {} in {}) " + show + "{};; *) echo no;; esac",
      "case x{} in x) " + show + "{};; ([!x]) ;; *) " + show + "\"{}\" ;; esac",
      "if true; then " + show + "{}; else echo no; fi",
      "while :; do " + show + "{}; break; done",
      "{ " + show + "{}; }",
      "(" + show + "{})",
      "! { " + show + "{}; false; }",
      "x=; " + show + "\"${x:-{}}\"",
      "x=; " + show + "${x:-\"{}\"}",
      "x=; " + show + "\"${x:-\"{}\"}\"",
      "x={}y; " + show + "\"${x%y}\"",
      "x=y'{}'; x=${x#y}; " + show + "\"$x\"",
      "x={}; y=a$x; " + show + "\"${y#a}\"; [ \"${y%{}}\" = a ] || echo differs",
      "x='{}'; [ \"${x#'{}'}\" = '' ] && " + show + "{}",
      show + "{} 2>/dev/null",
      "exec 3>&1; " + show + "{} >&3",
      "true &&\n  " + show + "\\\n{}",
      "n=$((1 + {#})); [ $n = 8 ] && " + show + "{}",
      "n=$(( (2) << 1 )); ((true); [ $n = 4 ]) && " + show + "{}",
      "echo '$(' '`' \"\\\"\" >/dev/null; " + show + "{}",
      "cat >/dev/null <<E; " + show + "{}\nit's `echo \"{}\"` \\{} ${x-\"{}\"}\nE\n",
      "cat >/dev/null <<'E' && " + show + "{}\nit's `$(\nE\n",
      "cat >/dev/null <<-A <<\\B; " + show + "{}\n\tit's {}\n\tA\n$(\nB\n",
  };
  return all;
}

/// Each of these writes the value, with no more than ends of lines lost, with something around it.
const words& writers() {
  static const words all{
      "cat <<E\n<<{}>>\nE",
      "cat <<E\n<<${x:-{}}>>\nE",
      "cat <<-E\n\t<<{}>>\n\tE\n",
      "cat <<E | cat\n<<$(printf %sx \"{}\")\nE\n",
      "cat <<E\n<<`printf %sx {}`\nE\n",
      "printf %s \"$(cat <<E\n<<{}>>\nE\n)\"",
      "printf %s \"<<`printf %sx {}`\"",
      "printf %s \"<<`printf %sx \\\"{}\\\"`\"",
      "printf %s \"<<`printf %sx \"{}\"`\"",
      "printf %s \"<<`printf %s \"\\`printf %sx {}\\`\"`\"",
      "printf %s \"<<$(printf %sx '{}')\"",
      "printf %s \"<<$(printf %s \"$(printf %sx \"{}\")\")\"",
      "printf %s \"<<$(case {} in a) ;; *) printf %sx {};; esac)\"",
      "printf %s \"<<$( # it's {} ) \n printf %sx {})\"",
      "printf %s \"<<\\{}x\"",
      "printf %s \"<<\\\\{}x\"",
  };
  return all;
}

const words& refused() {
  static const words all{"eval \"echo {}\"",
                         "eval echo {}",
                         "echo $(({} + 1))",
                         "echo \"$((({}) * 2))\"",
                         "cat <<'E'\n{}\nE",
                         "cat <<\\E\n{}\nE",
                         "echo ${{}}",
                         "echo ${x:{}}",
                         "sh -c 'echo {}'",
                         "sh -c \"echo {}\"",
                         "bash -c \"echo '{}'\"",
                         "echo | xargs sh -c 'echo {}'",
                         "ssh host \"echo {}\"",
                         "su -c 'echo {}'",
                         "sh <<E\necho {}\nE",
                         "trap 'echo {}' EXIT",
                         "f() { eval {}; }; f",
                         "echo $(eval {})",
                         "echo `sh -c 'echo {}'`"};
  return all;
}

target line(const std::string& value) {
  target_text pieces;
  pieces.text = value;
  return {target_form::line, {}, 0, std::move(pieces)};
}

command_template form_of(const std::string& script) {
  command_template_options options;
  options.shell = true;
  options.allow_dash = true;
  return {{script}, options};
}

struct shell {
  std::string name;
  words begin;
};

std::vector<shell> shells() {
  std::vector<shell> found{{"sh", {"/bin/sh"}}};
  const auto own = std::filesystem::canonical("/bin/sh").filename();
  if (own != "bash" && ::access("/bin/bash", X_OK) == 0)
    found.push_back({"bash", {"/bin/bash", "--posix"}});
  if (own != "dash" && ::access("/bin/dash", X_OK) == 0) found.push_back({"dash", {"/bin/dash"}});
  return found;
}

/// The output of a script for a value, run in a directory that has to stay as it is.
std::string run_with(const shell& by, const std::string& script, const std::string& value,
                     const std::string& directory) {
  const target subject = line(value);
  words command = by.begin;
  const words arguments = form_of(script).fill({&subject, 1}, 7).arguments;
  command.insert(command.end(), arguments.begin() + 1, arguments.end());
  test::process_options options;
  options.directory = directory;
  const auto result = test::run(command, options);
  CHECK(result.err.empty());
  return result.out;
}

}  // namespace

TEST_CASE("a value arrives in a script byte for byte, wherever a shell lets a word stand") {
  const test::temporary_directory directory;
  const std::string path = directory.path().string();
  for (const shell& by : shells()) {
    for (const std::string& script : carriers()) {
      for (const std::string& value : values()) {
        CAPTURE(by.name, script, value);
        CHECK(run_with(by, script, value, path) == "<<" + value + ">>");
      }
    }
  }
  CHECK(std::filesystem::is_empty(path));
}

TEST_CASE("a value arrives in here-documents and in what is put in the place of a command") {
  const test::temporary_directory directory;
  const std::string path = directory.path().string();
  for (const shell& by : shells()) {
    for (const std::string& script : writers()) {
      for (const std::string& value : values()) {
        CAPTURE(by.name, script, value);
        const std::string out = run_with(by, script, value, path);
        const bool has_mark = script.find(">>") != script.npos;
        const bool has_backslash = script.find("<<\\") != script.npos;
        CHECK(out.find("<<" + (has_backslash ? "\\" : ""s) + value + (has_mark ? ">>" : "x")) !=
              out.npos);
      }
    }
  }
  CHECK(std::filesystem::is_empty(path));
}

TEST_CASE("a script that can't carry a value is refused before any value is known") {
  for (const std::string& script : refused()) {
    CAPTURE(script);
    CHECK_THROWS_AS(form_of(script), std::invalid_argument);
  }
}

TEST_CASE("the programs that a script starts find no value in their environment") {
  const test::temporary_directory directory;
  for (const shell& by : shells()) {
    words command = by.begin;
    const target subject = line("secret");
    const words arguments = form_of("set -a; : {}; env").fill({&subject, 1}, 1).arguments;
    command.insert(command.end(), arguments.begin() + 1, arguments.end());
    test::process_options options;
    options.environment = {"_muster_1=of somebody else"};
    CAPTURE(by.name);
    const std::string out = test::run(command, options).out;
    CHECK(out.find("secret") == out.npos);
    CHECK(out.find("_muster_1") == out.npos);
  }
}
