// What muster says to who types what another tool would understand.
#include "cli/foreign_option_tables.hpp"
#include "cli/sweep.hpp"

#include <cstring>
#include <regex>
#include <set>
#include <span>

using namespace muster::test;

namespace {

struct mistake {
  std::vector<std::string> arguments;
  std::vector<std::string> said;  // pieces of the message: what is wrong, and the remedy
};

void check_each(const std::vector<mistake>& mistakes, const process_options& options = {}) {
  for (const auto& [arguments, said] : mistakes) {
    const auto result = run(muster_command(arguments), options);
    CAPTURE(arguments, result.out, result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    for (const std::string& piece : said)
      CHECK(contains(result.err, piece));
  }
}

std::string help_of(const std::string& command) {
  return run(muster_command({command, "--help"})).out;
}

/// Options that a text names, long ones and short ones.
std::set<std::string> options_in(const std::string& text) {
  std::set<std::string> found;
  const std::regex option{"(^|[^A-Za-z0-9-])(--[a-z][a-z0-9-]*|-iL|-[A-Za-z0-9]\\b)"};
  for (std::sregex_iterator one{text.begin(), text.end(), option}, end; one != end; ++one)
    found.insert((*one)[2]);
  return found;
}

#ifdef MUSTER_TEST_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

void check_table(std::span<const muster::foreign_option> table, const std::string& command,
                 const std::vector<std::string>& before, const std::vector<std::string>& behind) {
  const std::set<std::string> own = options_in(help_of(command));
  REQUIRE(own.contains("--timeout"));
  std::set<std::string> seen;
  for (const auto& [names, advice] : table) {
    std::istringstream words{std::string{names}};
    for (std::string name; words >> name;) {
      CAPTURE(name, advice);
      CHECK(seen.insert(name).second);
      // A sanitized command takes long to start.
      if (sanitized && names.find(name) != 0) continue;
      const std::string dashed = (name.size() > 2 ? "--" : "-") + name;
      // An option of muster's that is something else elsewhere, as with one dash.
      const std::string typed = own.contains(dashed) ? "-" + name : dashed;
      auto line = before;
      line.push_back(typed);
      line.insert(line.end(), behind.begin(), behind.end());
      const auto result = run(muster_command(line));
      CAPTURE(result.err);
      CHECK(result.exit_code == 2);
      CHECK(result.out.empty());
      CHECK(contains(result.err, "muster: there is no option " + typed + "; "));
      CHECK(contains(result.err, advice));
    }
    std::string text{advice};
    // What other commands are told to do is theirs.
    for (const char* other : {"muster --version", "muster run --dry-run", "head -n 5"}) {
      if (const auto at = text.find(other); at != text.npos) text.erase(at, std::strlen(other));
    }
    for (const std::string& option : options_in(text)) {
      CAPTURE(advice, option);
      CHECK(own.contains(option));
    }
  }
}

}  // namespace

TEST_CASE("each option that another tool has for a sweep is answered by one that is there") {
  check_table(muster::foreign_options_of_sweep(), "sweep", {"sweep", "127.0.0.1"}, {});
}

TEST_CASE("each option that another runner has is answered by one that is there") {
  check_table(muster::foreign_options_of_run(), "run", {"run", "a", "--lines"}, {"--", "echo"});
}

TEST_CASE("what a parser would take for an option and its value is taken for what it is") {
  check_each({
      {{"sweep", "127.0.0.1", "-oX", "scan.xml"}, {"no option -oX;", "-o FILE"}},
      {{"sweep", "127.0.0.1", "-timeout", "5"}, {"no option -timeout; write --timeout"}},
      {{"sweep", "127.0.0.1", "-json"}, {"no option -json; write --json"}},
      {{"sweep", "127.0.0.1", "-title"}, {"no option -title; --http"}},
      {{"sweep", "127.0.0.1", "-host", "a"}, {"no option -host; --resolve NAME=ADDRESS"}},
      {{"sweep", "127.0.0.1", "-T4"}, {"no option -T4;", "--rate N"}},
      {{"sweep", "127.0.0.1", "-p22"}, {"no option -p22;", "--tcp 22,80"}},
      {{"10.0.0.1", "-sn"}, {"no option -sn;", "see muster sweep --help"}},
  });
}

TEST_CASE("a value that stands where a target would is named before anything is probed") {
  check_each({
      {{"sweep", "127.0.0.1", "--http", "http://{}:81/"},
       {"looks like the value of --http", "write --http='http://{}:81/'"}},
      {{"sweep", "127.0.0.1", "--http", "/health"}, {"write --http=/health\n"}},
      {{"sweep", "127.0.0.1", "--http", ":8080/"}, {"write --http='http://{}:8080/'"}},
      {{"sweep", "127.0.0.1", "--tcp", "22,", "443"}, {"--tcp"}},
      {{"sweep", "127.0.0.1", "--tcp", "22", "80,443"}, {"looks like ports", "--tcp 80,443"}},
      {{"sweep", "127.0.0.1", "1-1024"}, {"looks like ports", "--tcp 1-1024"}},
      {{"sweep", "127.0.0.1", "check_ssh {}"}, {"--exec='check_ssh {}'"}},
      {{"sweep", "127.0.0.1", "it's {}"}, {"--exec='it'\\''s {}'"}},
      {{"sweep", "127.0.0.1", "\x1b[31m{}"}, {"\\x1b[31m"}},
  });
}

TEST_CASE("a file among the targets is a list, and the message says how it is read") {
  temporary_directory directory;
  write_whole_file(directory.file("ports.txt"), "127.0.0.1\n");
  write_whole_file(directory.file("127.0.0.1"), "");
  const process_options there{.directory = directory.path().string()};
  check_each({{{"sweep", "ports.txt"}, {"ports.txt is a file; -iL ports.txt reads targets"}},
              {{"ports.txt"}, {"-iL ports.txt"}},
              {{"sweep", directory.file("ports.txt")}, {"-iL " + directory.file("ports.txt")}}},
             there);
  // What is an address, or stands behind --, is a target all the same.
  CHECK(lines_with(run(muster_command({"sweep", "127.0.0.1", "--tcp", "1", "--json"}), there).out,
                   "refused") == 1);
  const auto named = run(muster_command({"sweep", "--json", "--tcp", "1", "--resolver",
                                         "127.0.0.1:9", "-t", "100ms", "--", "ports.txt"}),
                         there);
  CHECK(lines_with(named.out, R"("target":"ports.txt")") == 1);
}

TEST_CASE("targets alone are swept, a mistyped command is not") {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"127.0.0.1:1", "--json"},
                                             {"--json", "127.0.0.1:1"},
                                             {"localhost", "--tcp", "1", "--json"},
                                             {"[::1]:1", "127.0.0.1:1", "--json"},
                                             {"127.0.0.1/32", "--tcp=1", "--json"}}) {
    const auto result = run(muster_command(words));
    CAPTURE(words, result.err);
    CHECK(result.exit_code == 1);
    CHECK(lines_with(result.out, "\"target\"") >= 1);
  }
  const auto piped = run(muster_command({"--json"}), {.input = "127.0.0.1:1\n"});
  CHECK(lines_with(piped.out, "refused") == 1);
  check_each({
      {{"swep", "10.0.0.1"}, {"no command swep; did you mean sweep?"}},
      {{"jbos"}, {"no command jbos; did you mean jobs?"}},
      {{}, {"which command? There are sweep, run, jobs and watch; targets alone are swept"}},
      {{"-V"}, {"no option -V; --version"}},
      {{"db1"}, {"no command db1; there are sweep, run, jobs, watch; ", "muster sweep db1"}},
      {{"--hlep"}, {"no option --hlep"}},
      {{"-p", "22", "10.0.0.1"}, {"no option -p;", "--tcp 22,80"}},
      {{"--json", "run", "127.0.0.1", "--", "true"}, {"command comes first: muster run --json"}},
      {{"-t", "1s", "run", "127.0.0.1", "--", "true"}, {"command comes first: muster run -t"}},
      {{"-q", "jobs", "list"}, {"command comes first: muster jobs -q"}},
      {{"--json", "sweep", "127.0.0.1"}, {"command comes first: muster sweep --json"}},
  });
}

TEST_CASE("help is a command as well") {
  CHECK(run(muster_command({"help"})).out == run(muster_command({"--help"})).out);
  for (const char* command : {"sweep", "run", "jobs"}) {
    const auto result = run(muster_command({"help", command}));
    CHECK(result.exit_code == 0);
    CHECK(result.out == help_of(command));
  }
  CHECK(contains(run(muster_command({"help", "jobs", "list"})).out, "muster jobs list"));
  check_each({{{"help", "nonsense"}, {"no command nonsense", "sweep, run, jobs, watch"}},
              {{"help", "swep"}, {"did you mean sweep?"}}});
}

TEST_CASE("a URL that can't be swept is told, and run takes it") {
  const auto swept = sweep({"ftp://127.0.0.1/"});
  CHECK(swept.exit_code == 2);
  CHECK(contains(swept.err, "ftp://127.0.0.1/: ftp:// is not a scheme that can be probed"));
  const auto ran = run(muster_command({"run", "https://shop.example/a?b", "ssh://git.example:22/x",
                                       "https://[::1]:8443/", "--", "echo", "{}", "{host}"}));
  CAPTURE(ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(lines_with(ran.out, "https://shop.example/a?b shop.example") == 1);
  CHECK(lines_with(ran.out, "ssh://git.example:22/x git.example") == 1);
  CHECK(lines_with(ran.out, "https://[::1]:8443/ ::1") == 1);
  const auto ports = run(
      muster_command({"run", "https://a.example/", "http://a.example/", "--", "echo", "{port}"}));
  CHECK(lines_with(ports.out, "443") == 1);
  CHECK(lines_with(ports.out, "80") == 1);
  const auto secret =
      run(muster_command({"run", "https://me:secret@a.example/", "--", "echo", "{}"}));
  CHECK(contains(secret.err, "user name or password is refused"));
}

TEST_CASE("a title belongs to a page") {
  temporary_directory directory;
  const std::string page = directory.file("page.html");
  CHECK(sweep({"127.0.0.1:1", "-q", "-o", page, "--title", "Rack 7"}).exit_code == 1);
  CHECK(contains(read_whole_file(page), R"("title":"Rack 7","machine":")"));
  // What looks like an option of another tool, or like one with a dash too few, is a value here.
  CHECK(sweep({"127.0.0.1:1", "-q", "-o", page, "--title", "-json"}).exit_code == 1);
  check_each({{{"sweep", "127.0.0.1:1", "--title", "x"}, {"--title", "add -o FILE.html"}},
              {{"sweep", "127.0.0.1:1", "-o", page, "--title", ""}, {"--title", "1 to 200"}}});
}

namespace {

/// The command in a place without /proc.
process_result without_proc(const std::vector<std::string>& arguments, process_options options) {
  std::vector<std::string> words{"unshare", "--map-root-user",
                                 "--mount", "sh",
                                 "-c",      "mount -t tmpfs none /proc && exec \"$@\"",
                                 "sh"};
  words.emplace_back(MUSTER_BINARY);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run(words, std::move(options));
}

}  // namespace

TEST_CASE("without /proc a page is written, and standard input is read, as with it") {
#ifdef MUSTER_TEST_SANITIZED
  MUSTER_SKIP("the address sanitizer needs /proc");
#endif
  if (without_proc({"--version"}, {}).exit_code != 0) MUSTER_SKIP("needs a mount namespace");
  temporary_directory directory;
  const std::string page = directory.file("page.html");
  auto result = without_proc({"sweep", "127.0.0.1:1", "-o", page}, {});
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(read_whole_file(page), "</html>"));
  write_whole_file(directory.file("list"), "127.0.0.1:1\n127.0.0.2:1\n");
  result = run({"sh", "-c",
                "unshare --map-root-user --mount sh -c 'mount -t tmpfs none /proc && exec \"$@\"' "
                "sh \"$0\" sweep --json < \"$1\"",
                MUSTER_BINARY, directory.file("list")});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, "refused") == 2);
  result = without_proc({"sweep", "--json"}, {.input = "127.0.0.3:1\n"});
  CHECK(lines_with(result.out, "refused") == 1);
}
