#include "command/command_template.hpp"

#include "support/catch.hpp"
#include "unit/targets/parse_support.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace muster;

namespace {

using words = std::vector<std::string>;
using row = std::vector<std::pair<std::string, std::string>>;

target line(std::string text, row columns = {}) {
  target_text pieces;
  pieces.text = std::move(text);
  if (!columns.empty()) {
    target_parameters parameters;
    parameters.columns = std::move(columns);
    pieces.parameters = std::make_shared<const target_parameters>(std::move(parameters));
  }
  return {target_form::line, {}, 0, std::move(pieces)};
}

command_template::filled fill(const words& command, const std::vector<target>& targets,
                              command_template_options options = {}) {
  return command_template{command, options}.fill(targets, 7);
}

words arguments(const words& command, const target& subject,
                command_template_options options = {}) {
  const auto filled = fill(command, {subject}, options);
  CHECK(filled.wrong == reason::none);
  return filled.arguments;
}

}  // namespace

TEST_CASE("placeholders are filled in wherever they stand in a word") {
  CHECK(arguments({"a{}b", "{}{}", "{#}"}, line("x")) == words{"axb", "xx", "7"});
  CHECK(arguments({"c", "", "{}"}, line("x")) == words{"c", "", "x"});
}

TEST_CASE("a word in braces that is known for a column is one for targets without a row, too") {
  command_template_options options;
  options.columns = {"role"};
  CHECK(fill({"cmd", "{role}"}, {line("x")}, options).wrong == reason::no_value);
  CHECK(arguments({"cmd", "{other}"}, line("x"), options) == words{"cmd", "{other}", "x"});
  target_parameters given;
  given.defaults = {{"role", "web"}};
  const target subject = line("x").with(std::make_shared<const target_parameters>(given));
  CHECK(arguments({"cmd", "{role}"}, subject, options) == words{"cmd", "web"});
  CHECK(arguments({"cmd", "{other}"}, subject, options) == words{"cmd", "{other}", "x"});
}

TEST_CASE(
    "a command without a placeholder gets the target last, and one with gets it nowhere else") {
  CHECK(arguments({"cmd", "-v"}, line("x")) == words{"cmd", "-v", "x"});
  CHECK(arguments({"cmd", "{#}"}, line("x")) == words{"cmd", "7"});
  CHECK(arguments({"cmd", "{role}"}, line("x", {{"role", "web"}})) == words{"cmd", "web"});
  CHECK(arguments({"cmd", "{role}"}, line("x")) == words{"cmd", "{role}", "x"});
  command_template_options to_input;
  to_input.to_input = true;
  const auto filled = fill({"cmd"}, {line("x"), line("y")}, to_input);
  CHECK(filled.arguments == words{"cmd"});
  CHECK(filled.input == "x\ny\n");
}

TEST_CASE("what is in braces and no name of a column stays as it is") {
  const target subject = line("x", {{"a", "1"}});
  for (const char* text : {"{ print $1 }", "{\"a\":1}", "{a,b}", "{", "}", "{}}", "${x}{-}"}) {
    const auto filled = fill({"cmd", text, "{}"}, {line("x")});
    CHECK(filled.wrong == reason::none);
  }
  CHECK(arguments({"cmd", "{ print $1 }", "{\"a\":1}", "{a,b}", "{"}, subject) ==
        words{"cmd", "{ print $1 }", "{\"a\":1}", "{a,b}", "{", "x"});
}

TEST_CASE("a placeholder without a value stops the command, and says which one") {
  const auto column = fill({"cmd", "{b}"}, {line("x", {{"a", "1"}})});
  CHECK(column.wrong == reason::no_value);
  CHECK(column.what == "b");
  CHECK(fill({"cmd", "{port}"}, {line("x")}).what == "port");
  CHECK(fill({"cmd", "{address}"}, {line("x")}).what == "address");
}

TEST_CASE("a link-local address keeps its zone, however it was written") {
  for (const char* text : {"fe80::1%lo", "[fe80::1%lo]:22", "http://[fe80::1%25lo]/"}) {
    CAPTURE(text);
    const target subject = test::parse_good(text).at(0);
    CHECK(arguments({"ssh", "{host}", "{address}"}, subject) ==
          words{"ssh", "fe80::1%lo", "fe80::1%lo"});
  }
}

TEST_CASE("a command tells which columns are in it") {
  CHECK(command_template{{"{}", "-p{port}", "{a b}/{c}", "{#}"}, {}}.columns() ==
        words{"a b", "c"});
}

TEST_CASE("a target with a dash is refused only where it would begin an argument of its own") {
  CHECK(fill({"cmd", "{}"}, {line("-x")}).wrong == reason::leading_dash);
  CHECK(fill({"cmd"}, {line("-x")}).wrong == reason::leading_dash);
  CHECK(fill({"cmd", "{}y"}, {line("-x")}).wrong == reason::leading_dash);
  CHECK(fill({"cmd", "--name={}"}, {line("-x")}).wrong == reason::none);
  CHECK(fill({"cmd", "--", "{}"}, {line("-x")}).wrong == reason::none);
  command_template_options allowed;
  allowed.allow_dash = true;
  CHECK(fill({"cmd", "{}"}, {line("-x")}, allowed).wrong == reason::none);
}

TEST_CASE("a NUL byte reaches no argument") {
  CHECK(fill({"cmd", "{a}"}, {line("x", {{"a", std::string("1\0", 2)}})}).wrong ==
        reason::nul_byte);
}

TEST_CASE("the targets of a batch repeat the words that they stand in") {
  command_template_options batch;
  batch.batch = true;
  const std::vector<target> three{line("x"), line("y"), line("z")};
  CHECK(fill({"cmd", "-a", "{}"}, three, batch).arguments == words{"cmd", "-a", "x", "y", "z"});
  CHECK(fill({"cmd", "h={}", "{#}"}, three, batch).arguments ==
        words{"cmd", "h=x", "h=y", "h=z", "7"});
}

TEST_CASE("what stands for the target can be another text, and {} is text then") {
  command_template_options options;
  options.syntax.target = "@@";
  CHECK(arguments({"a@@b", "{}", "{#}", "{host}"}, line("x"), options) ==
        words{"axb", "{}", "7", "x"});
  CHECK(arguments({"cmd", "{}"}, line("x"), options) == words{"cmd", "{}", "x"});
  // It is looked for first.
  options.syntax.target = "{host}";
  CHECK(arguments({"{host}", "{port"}, line("x:1"), options) == words{"x:1", "{port"});
  options.syntax.target = "{";
  CHECK(arguments({"{#}"}, line("x"), options) == words{"x#}"});
}

TEST_CASE("a slot is a placeholder for those who have slots only") {
  command_template_options options;
  options.syntax.has_slots = true;
  const target subject = line("x");
  CHECK(command_template({"a", "{%}-{}"}, options).fill({&subject, 1}, 7, {}, 3).arguments ==
        words{"a", "3-x"});
  CHECK(arguments({"a", "{%}"}, line("x")) == words{"a", "{%}", "x"});
}

TEST_CASE("no words are no command") {
  CHECK_THROWS_AS(command_template({}, {}), std::invalid_argument);
  CHECK_THROWS_AS(command_template({""}, {}), std::invalid_argument);
}
