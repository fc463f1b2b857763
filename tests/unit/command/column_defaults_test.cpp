#include "command/column_defaults.hpp"

#include "support/catch.hpp"
#include "targets/target_parser.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace muster;
using namespace std::chrono_literals;

namespace {

target parsed_target(const std::string& text, target_parameters row = {}) {
  const auto range = parse_target(text, {});
  REQUIRE(range);
  REQUIRE(range->single());
  if (row == target_parameters{}) return *range->single();
  return range->single()->with(std::make_shared<const target_parameters>(std::move(row)));
}

target line(std::string text) {
  target_text pieces;
  pieces.text = std::move(text);
  return {target_form::line, {}, 0, std::move(pieces)};
}

/// What a target has in a column with these defaults; "(none)" for nothing.
std::string column_of(target subject, const std::string& column,
                      const std::vector<column_default>& given) {
  column_defaults{given}.complete(subject);
  const target_parameters* const row = subject.parameters();
  const std::string* const value = row ? row->column(column) : nullptr;
  return value ? *value : "(none)";
}

}  // namespace

TEST_CASE("a default is for all targets, or for hosts in a block or of a name") {
  CHECK(column_of(parsed_target("10.0.0.1"), "user", {{"", "user", "root"}}) == "root");
  const std::vector<column_default> block{{"10.0.0.0/24", "user", "root"}};
  CHECK(column_of(parsed_target("10.0.0.0"), "user", block) == "root");
  CHECK(column_of(parsed_target("10.0.0.9:22"), "user", block) == "root");
  CHECK(column_of(parsed_target("http://10.0.0.9/"), "user", block) == "root");
  CHECK(column_of(parsed_target("10.0.1.0"), "user", block) == "(none)");
  CHECK(column_of(parsed_target("10.0.0.9"), "role", block) == "(none)");
  const std::vector<column_default> name{{"Web*.example", "user", "root"}};
  CHECK(column_of(parsed_target("web1.example"), "user", name) == "root");
  CHECK(column_of(parsed_target("WEB1.EXAMPLE:80"), "user", name) == "root");
  CHECK(column_of(parsed_target("db.example"), "user", name) == "(none)");
  CHECK(column_of(parsed_target("db.example."), "user", {{"DB.example", "user", "r"}}) == "r");
  CHECK(column_of(parsed_target("10.0.0.7"), "user", {{"10.0.0.[5-7]", "user", "r"}}) == "r");
  CHECK(column_of(parsed_target("2001:db8::7"), "user", {{"2001:db8::/64", "user", "r"}}) == "r");
  CHECK(column_of(parsed_target("[::1]:80"), "user", {{"[::1]", "user", "r"}}) == "r");
}

TEST_CASE("a line is matched as it is written, and is no address") {
  CHECK(column_of(line("a file.txt"), "how", {{"*.txt", "how", "x"}}) == "x");
  CHECK(column_of(line("a"), "how", {{"a", "how", "x"}}) == "x");
  CHECK(column_of(line("a\\b"), "how", {{"a\\b", "how", "x"}}) == "x");
  CHECK(column_of(line("10.0.0.1"), "how", {{"10.0.0.0/24", "how", "x"}}) == "(none)");
}

TEST_CASE("the row's own value comes before a default, and an empty one after it") {
  target_parameters row;
  row.columns = {{"user", "ann"}, {"role", ""}, {"note", ""}};
  const target subject = parsed_target("10.0.0.1", row);
  const std::vector<column_default> given{{"", "user", "root"}, {"", "role", "web"}};
  CHECK(column_of(subject, "user", given) == "ann");
  CHECK(column_of(subject, "role", given) == "web");
  CHECK(column_of(subject, "note", given).empty());
}

TEST_CASE("of several defaults the last one that is for the target counts") {
  const std::vector<column_default> given{
      {"", "user", "all"}, {"10.0.0.0/8", "user", "ten"}, {"10.0.0.1", "user", "one"}};
  CHECK(column_of(parsed_target("10.0.0.1"), "user", given) == "one");
  CHECK(column_of(parsed_target("10.9.0.1"), "user", given) == "ten");
  CHECK(column_of(parsed_target("192.0.2.1"), "user", given) == "all");
}

TEST_CASE("a default for the timeout is the task's, unless the row has its own") {
  const column_defaults defaults{{{"", "timeout", "2s"}, {"10.0.0.1", "Timeout", "500ms"}}};
  target one = parsed_target("10.0.0.1");
  target other = parsed_target("10.0.0.2");
  target_parameters row;
  row.timeout = 7s;
  target own = parsed_target("10.0.0.1", row);
  for (target* each : {&one, &other, &own})
    defaults.complete(*each);
  CHECK(one.parameters()->timeout == std::chrono::nanoseconds{500ms});
  CHECK(other.parameters()->timeout == std::chrono::nanoseconds{2s});
  CHECK(own.parameters()->timeout == std::chrono::nanoseconds{7s});
}

TEST_CASE("targets without a row that get the same share it, and others don't") {
  const column_defaults defaults{{{"10.0.0.0/30", "user", "root"}}};
  target one = parsed_target("10.0.0.1");
  target two = parsed_target("10.0.0.2");
  target far = parsed_target("192.0.2.1");
  target three = parsed_target("10.0.0.3");
  for (target* each : {&one, &two, &far, &three})
    defaults.complete(*each);
  CHECK(one.parameters() == two.parameters());
  CHECK_FALSE(far.parameters());
  CHECK(*three.parameters()->column("user") == "root");
}

TEST_CASE("a default that could be none is refused with the reason") {
  const std::vector<column_default> wrong{
      {"", "", "x"},       {"", "#", "x"},        {"", "a:b", "x"},        {"", "host", "x"},
      {"", "Target", "x"}, {"", "label", "x"},    {"", "timeout", "soon"}, {"", "timeout", "0s"},
      {"", "port", "ssh"}, {"", "port", "65536"},
  };
  for (const column_default& one : wrong) {
    CAPTURE(one.hosts, one.column, one.value);
    CHECK_THROWS_AS(column_defaults{{one}}, std::invalid_argument);
  }
}

TEST_CASE("hosts that no target of a network could be are told") {
  for (const char* good : {"10.0.0.0/8", "10.0.0.1-9", "db.example", "web*", "10.0.*", "fe80::*"})
    CHECK(column_defaults::wrong_with_hosts(good).empty());
  for (const char* wrong : {"10.0.0.0/33", "a b", "db:80", "*:80", "10.0.0.0/*", "web*,db*"})
    CHECK_FALSE(column_defaults::wrong_with_hosts(wrong).empty());
}

TEST_CASE("names of columns are alike whatever their case, and with a space or hyphen") {
  target_parameters row;
  row.columns = {{"User-Name", ""}, {"role", "own"}, {"Role", "other"}};
  const target subject = parsed_target("10.0.0.1", row);
  CHECK(column_of(subject, "User-Name", {{"", "user_name", "x"}}) == "x");
  CHECK(column_of(subject, "user name", {{"", "user_name", "x"}}) == "x");
  CHECK(column_of(subject, "role", {{"", "user_name", "x"}}) == "own");
  CHECK(column_of(subject, "Role", {{"", "user_name", "x"}}) == "other");
}

TEST_CASE("a name's pattern doesn't mind its dot, and an empty timeout is the run's") {
  CHECK(column_of(parsed_target("a.example."), "user", {{"*.example", "user", "r"}}) == "r");
  target subject = parsed_target("10.0.0.1");
  column_defaults{{{"", "timeout", "2s"}, {"10.0.0.1", "timeout", ""}}}.complete(subject);
  CHECK_FALSE(subject.parameters()->timeout);
}
