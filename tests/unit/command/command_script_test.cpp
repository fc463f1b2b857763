// What becomes of a script and its placeholders. What shells make of it is in
// tests/io/test_script.cpp.
#include "command/command_template.hpp"
#include "support/catch.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace muster;

namespace {

using words = std::vector<std::string>;

target line(std::string text, std::vector<std::pair<std::string, std::string>> columns = {}) {
  target_text pieces;
  pieces.text = std::move(text);
  if (!columns.empty()) {
    target_parameters parameters;
    parameters.columns = std::move(columns);
    pieces.parameters = std::make_shared<const target_parameters>(std::move(parameters));
  }
  return {target_form::line, {}, 0, std::move(pieces)};
}

command_template_options shell() {
  command_template_options options;
  options.shell = true;
  options.syntax.has_slots = true;
  return options;
}

command_template::filled fill(const std::string& script, const target& subject = line("x"),
                              const command_template_options& options = shell()) {
  return command_template{{script}, options}.fill({&subject, 1}, 7, {}, 2);
}

/// The script itself, behind what gives the values their names.
std::string script_of(const std::string& text, const command_template_options& options = shell()) {
  const auto filled = fill(text, line("x"), options);
  REQUIRE(filled.arguments.size() >= 4);
  const std::string& script = filled.arguments[2];
  constexpr std::string_view begin = "set --; ";
  const std::size_t at = script.find(begin);
  return at == script.npos ? script : script.substr(at + begin.size());
}

std::string refusal_of(const std::string& text, const command_template_options& options = shell()) {
  try {
    command_template{{text}, options};
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a script refers to its values by names of their own, which it gives them first") {
  CHECK(fill("a {} \"b {#}\" 'c {}'", line("$(x)")).arguments ==
        words{"/bin/sh", "-c",
              "unset _muster_1 _muster_2 _muster_3; _muster_1=${1} _muster_2=${2} _muster_3=${3}; "
              "set --; a \"${_muster_1}\" \"b ${_muster_2}\" 'c '\"${_muster_3}\"''",
              "sh", "$(x)", "7", "$(x)"});
  command_template_options fed = shell();
  fed.to_input = true;
  CHECK(fill("cat; : ${1}", line("x"), fed).arguments ==
        words{"/bin/sh", "-c", "cat; : ${1}", "sh"});
  CHECK_THAT(refusal_of("echo $_muster_1 {}"), Catch::Matchers::ContainsSubstring("_muster_"));
}

TEST_CASE("a reference brings the quotes along that its place lacks") {
  const std::string bare = "\"${_muster_1}\"";
  const std::string quoted = "${_muster_1}";
  CHECK(script_of("a \\\"{}") == "a \\\"" + bare);
  CHECK(script_of("a ${HOME} {}") == "a ${HOME} " + bare);
  CHECK(script_of("a \"$(b \"{}\")\"") == "a \"$(b \"" + quoted + "\")\"");
  CHECK(script_of("a \"$(b {})\"") == "a \"$(b " + bare + ")\"");
  CHECK(script_of("a `b \\`c {}\\``") == "a `b \\`c " + bare + "\\``");
  CHECK(script_of("# don't\na {}") == "# don't\na " + bare);
  CHECK(script_of("a $((1 + {#}))") == "a $((1 + " + quoted + "))");
  CHECK(script_of("a $(({%} + $(wc {#})))")
            .ends_with("a $((${_muster_1} + $(wc \"${_muster_2}\")))"));
  CHECK(script_of("cat <<E\nit's \"{}\"\nE") == "cat <<E\nit's \"" + quoted + "\"\nE");
  CHECK(script_of("a \"${b:-{}}\" ") == "a \"${b:-" + quoted + "}\" ");
  CHECK(script_of("a ${b:-{}}") == "a ${b:-" + bare + "}");
  CHECK(script_of("a \"${b%{}}\"") == "a \"${b%" + bare + "}\"");
  // A backslash that stands for itself must not escape the dollar sign.
  CHECK(script_of("a \"\\{}\"") == "a \"\\\\" + quoted + "\"");
  CHECK(script_of("a $(case b in {}) c;; esac)") == "a $(case b in " + bare + ") c;; esac)");
}

TEST_CASE("what is no place for a value is left alone") {
  CHECK(script_of("a {} # {}") == "a \"${_muster_1}\" # {}");
  CHECK(script_of("a \\{} {}") == "a \\{} \"${_muster_1}\"");
  CHECK(script_of("a '${b}' \\${b} {}") == "a '${b}' \\${b} \"${_muster_1}\"");
  command_template_options options = shell();
  options.syntax.target = "%";
  CHECK(script_of("f=%; echo \"${f%.*}\" {}", options) ==
        "f=\"${_muster_1}\"; echo \"${f%.*}\" {}");
}

TEST_CASE("without a placeholder the target goes to the last command of a script") {
  CHECK(script_of("a b") == "a b \"${_muster_1}\"");
  CHECK(script_of("a; b -c\n") == "a; b -c \"${_muster_1}\"\n");
  CHECK(script_of("a # b") == "a \"${_muster_1}\" # b");
  CHECK(script_of("cat - <<E\nx\nE\n") == "cat - <<E \"${_muster_1}\"\nx\nE\n");
  for (const char* script : {"a;", "a &", "for i in 1; do a; done", "f() { a; }", "(a)", "a |"}) {
    CAPTURE(script);
    CHECK_THAT(refusal_of(script),
               Catch::Matchers::ContainsSubstring("there is no {} in the script"));
  }
  CHECK_THAT(refusal_of("eval a"), Catch::Matchers::ContainsSubstring("eval"));
}

TEST_CASE(
    "a value with a dash is refused where a command of the script would take it for an option") {
  const target dash = line("-x");
  for (const char* script : {"a {}", "a '{}'", "a \"{}\"y", "a", "a; b -- c; d {}", "a $(b {})"}) {
    CAPTURE(script);
    CHECK(fill(script, dash).wrong == reason::leading_dash);
  }
  for (const char* script : {"a -- {}", "a b={}", "a=\"{}\"", "a > {}", "for i in {}; do a; done",
                             "case {} in a) b;; esac", "cat <<E\n{}\nE", "a ./{}"}) {
    CAPTURE(script);
    CHECK(fill(script, dash).wrong == reason::none);
  }
}

TEST_CASE("where a shell can't put a value, a script is refused, and told what to write instead") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"eval \"a {}\"", "eval '… \"$v\"'"},
      {"command eval {}", "words of eval"},
      {"trap 'rm {}' EXIT", "words of trap"},
      {"alias a='b {}'", "words of alias"},
      {"cat <<'E'\n{}\nE", "write <<END rather than <<'END'"},
      {"cat <<\\E\n{}\nE", "write <<END"},
      {"cat <<{}\n{}\n", "the delimiter of a here-document"},
      {"a ${{}}", "the name of a parameter"},
      {"a ${b/{}/c}", "an expansion that /bin/sh need not have"},
      {"a ${b:{}:1}", "an expansion that /bin/sh need not have"},
      {"a $(({} + 1))", "$(expr {} + 1)"},
      {"a \"$(({host}))\"", "{host} can't stand in arithmetic"},
      {"((a = {}))", "(( ))"},
      {"[[ {} -eq 1 ]]", "[[ ]]"},
      {"[[ a && {} -eq 1 ]]", "[[ ]]"},
      {"a $'b {}'", "$'…'"},
      {"for {} in a; do b; done", "the name of the variable of a for"},
      {"read -r {}", "the name of a variable"},
      {"unset {}", "the name of a variable"},
      {"export {}", "the name of a variable"},
      {"a[{}]=1", "the name of a variable"},
      {"let {}", "expr"},
      {"sh -c \"a {}\"", "sh -c '… \"$1\"' sh {}"},
      {"sh -c 'a {}'", "sh -c '… \"$1\"' sh {}"},
      {"sh -c {}", "a script for another shell"},
      {"/bin/bash -eu -o pipefail -c 'a {}'", "a script for another shell"},
      {"sh -ec \"a $(b {})\"", "a script for another shell"},
      {"x=1 sudo -u a sh -c 'b {}'", "a script for another shell"},
      {"a | xargs -I% sh -c 'b % {}'", "a script for another shell"},
      {"find . -exec sh -c 'a {}' \\;", "a script for another shell"},
      {"if a; then sh -c 'b {}'; fi", "a script for another shell"},
      {"f() { sh -c 'b {}'; }; f", "a script for another shell"},
      {"su - a -c 'b {}'", "a command for -c"},
      {"su a --command='b {}'", "a command for -c"},
      {"flock a -c 'b {}'", "a command for -c"},
      {"ssh h 'a {}'", "a text for ssh"},
      {"ssh -p 22 h \"a; b /{}\"", "a text for ssh"},
      {"timeout 5 ssh h 'a \"{}\"'", "a text for ssh"},
      {"ssh -o 'ProxyCommand a {}' h", "a text for ssh"},
      {"ssh h <<E\na {}\nE", "a here-document that a shell reads"},
      {"sh -s a <<E\nb {}\nE", "a here-document that a shell reads"},
      {"ssh h bash <<E\nb {}\nE", "a here-document that a shell reads"},
      {"parallel a {} ::: b", "the command of parallel"},
      {"muster run a --shell -- 'b {}'", "a script for another muster"},
      {"watch 'a {}'", "gives them to a shell"},
      {"a '{}", "a quote ' of it is not closed"},
      {"a $(b {}", "a $( of it is not closed"},
      {"a \"`b {}\"", "a quote ` of it is not closed"},
      {"cat <<E\n{}\n", "has no end"},
      {"a `b \\\\\\{}`", "right behind a backslash"},
  };
  for (const auto& [script, message] : cases) {
    CAPTURE(script);
    CHECK_THAT(refusal_of(script), Catch::Matchers::ContainsSubstring(message));
    CHECK_THAT(refusal_of(script), Catch::Matchers::StartsWith("--shell: "));
  }
}

TEST_CASE("a command that reads its words once is none of those that read them twice") {
  for (const char* script : {"sh -c 'a \"$1\"' sh {}",
                             "sh {}",
                             "sh -x {} -c",
                             "ssh {host} uptime",
                             "ssh h rm {}",
                             "ssh h rm /data/{}",
                             "ssh -i '/a b/{}' h c",
                             "ssh -o User={} h",
                             "ssh h cat <<E\n{}\nE",
                             "sh -c 'cat' <<E\n{}\nE",
                             "su - {} -c 'a b'",
                             "echo eval {}",
                             "grep sh -c {}",
                             "echo $(( $(wc -c < {}) + {#} ))",
                             "echo >&2 {}",
                             "cat <<< {}",
                             "env -i a {}",
                             "declare -x a={}",
                             "v={} w={}; $v {}",
                             "export a={}",
                             "find {} -exec sh -c 'a \"$1\"' sh {} \\;",
                             "xargs sh -c 'a \"$@\"' sh {}",
                             "parallel a ::: {}",
                             "muster run --lines {} --shell -- 'a'",
                             "muster run -- a {}",
                             "trap 'a' EXIT; b {}",
                             "flock {} -c 'a'",
                             "a <<E | sh -c b\n{}\nE",
                             "test -v a {}",
                             "while read a; do b; done < {}",
                             "set -- {}",
                             ". {}"}) {
    CAPTURE(script);
    CHECK(refusal_of(script).empty());
  }
}

TEST_CASE("what some shells would run, or take for a name, is refused where it hides") {
  for (const auto& [script, message] : std::vector<std::pair<std::string, std::string>>{
           {"echo $(( ${x:-{}} ))", "arithmetic"},
           {"echo $(( ${x:-\"{}\"} ))", "arithmetic"},
           {"cat <<E\n$(( ${x:-{}} ))\nE", "arithmetic"},
           {"echo $[ {} + 1 ]", "$["},
           {"a >&{}", ">&"},
           {"a <& \"{}\"", ">&"},
           {"\"$SHELL\" -c \"a {}\"", "another shell"},
           {"${SHELL:-sh} -c 'a {}'", "another shell"},
           {"setpriv --reuid=0 sh -c 'a {}'", "another shell"},
           {"nobody-knows-it -x sh -c 'a {}'", "another shell"},
           {"coproc sh -c 'a {}'", "another shell"},
           {"env -S 'sh -c {}'", "env -S"},
           {"bash <<< 'a {}'", "a shell reads"},
           {"printf -v {} x", "the name of a variable"},
           {"wait -p {}", "the name of a variable"},
           {"declare -n a={}", "the name of a variable"},
           {"declare -i a={}", "arithmetic"},
           {"x{}=1; a", "the name of a variable"},
           {"{}=1 a", "the name of a variable"},
           {"{}() { :; }; a", "the name of a function"},
           {"cd /; x=1", "there is no {}"},
           {"a \\", "nothing behind"}}) {
    CAPTURE(script);
    CHECK_THAT(refusal_of(script), Catch::Matchers::ContainsSubstring(message));
  }
}

TEST_CASE("a word in braces where no value can stand is text, unless it is a column") {
  const std::string script = "ssh h \"awk '{print}' {}x\"";
  CHECK_FALSE(refusal_of(script).empty());
  const std::string plain = "ssh h \"awk '{print}'\" {}";
  CHECK(script_of(plain) == "ssh h \"awk '{print}'\" \"${_muster_1}\"");
  const auto filled = fill(plain, line("x", {{"print", "1"}}));
  CHECK(filled.wrong == reason::no_value);
  CHECK(filled.what == "print");
  command_template_options options = shell();
  options.columns = {"print"};
  CHECK_THAT(refusal_of(plain, options),
             Catch::Matchers::ContainsSubstring("{print} can't stand in"));
}

TEST_CASE("the targets of a batch are words of a script's command, or one text within quotes") {
  command_template_options batch = shell();
  batch.batch = true;
  const std::vector<target> two{line("x"), line("y")};
  const auto script = [&](const std::string& text) {
    const auto filled = command_template{{text}, batch}.fill(two, 7);
    const std::string begin = "unset _muster_1 _muster_2; _muster_1=${1} _muster_2=${2}; set --; ";
    REQUIRE(filled.arguments.size() == 6);
    CHECK(filled.arguments[2].starts_with(begin));
    return filled.arguments[2].substr(begin.size());
  };
  CHECK(script("a {} b") == "a \"${_muster_1}\" \"${_muster_2}\" b");
  CHECK(script("a") == "a \"${_muster_1}\" \"${_muster_2}\"");
  CHECK(script("a \"b {}\"") == "a \"b ${_muster_1} ${_muster_2}\"");
  CHECK(script("a '{}'") == "a ''\"${_muster_1} ${_muster_2}\"''");
  CHECK(script("for i in {}; do a; done") ==
        "for i in \"${_muster_1}\" \"${_muster_2}\"; do a; done");
  for (const char* text : {"a=x{}", "a b{}", "a > {}", "case {} in b) c;; esac"}) {
    CAPTURE(text);
    CHECK_THAT(refusal_of(text, batch), Catch::Matchers::ContainsSubstring("a word by itself"));
  }
  CHECK_THAT(refusal_of("a {} {#}", batch),
             Catch::Matchers::ContainsSubstring("--batch with --shell"));
  const command_template form{{"a {}"}, batch};
  const std::vector<target> most(form.targets_max(), line("x"));
  CHECK(form.fill(most, 7).arguments[2].size() < 128 * 1024);
  CHECK(most.size() > 1000);
}

TEST_CASE("a script that nests as deep as it can is soon told to be none") {
  for (const char* piece :
       {"$(", "${a:-", "(", "((", "$((", "\"$((", "`", "case a in b) ", "$(($("}) {
    std::string script = "a {} ";
    for (int i = 0; i < 5'001; ++i)  // odd, so that backquotes are no pairs
      script += piece;
    CAPTURE(piece);
    CHECK_FALSE(refusal_of(script).empty());
  }
}

TEST_CASE("a text for the target that means something to a shell is refused in scripts") {
  command_template_options options = shell();
  for (const char* text : {";", "a b", "'", "\\", "$x", "`", "<"}) {
    options.syntax.target = text;
    CHECK_THAT(refusal_of("a", options), Catch::Matchers::ContainsSubstring("--replace"));
  }
}
