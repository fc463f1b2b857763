// Strategy: docs/field.md and docs/run.md name, for each thing that users ask for, the tests that
// prove the answer. Here each name is looked up in the test file that it is said to stand in, so
// that renaming a test, or dropping one, does not leave a promise without its proof.
#include "support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::string_view row_mark = "### ";
constexpr std::string_view open_mark = "**Open:** ";
constexpr std::string_view test_mark = "- `tests/";

struct named_test {
  std::string file;
  std::string sentence;
};

struct page_row {
  std::string heading;
  std::vector<named_test> tests;
  bool open = false;  // The page says that muster doesn't do it.
};

std::string contents(const std::string& path) {
  std::ifstream file{std::string{MUSTER_SOURCE_DIR} + "/" + path};
  CAPTURE(path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// "- `tests/cli/test_lab.cpp`: a sentence"
named_test test_of(const std::string& line) {
  const std::size_t end = line.find("`: ");
  CAPTURE(line);
  REQUIRE(end != std::string::npos);
  return {line.substr(3, end - 3), line.substr(end + 3)};
}

std::vector<page_row> rows_of(const std::string& page) {
  std::vector<page_row> rows;
  std::istringstream lines{page};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(row_mark)) {
      rows.push_back({line.substr(row_mark.size()), {}, false});
    } else if (line.starts_with(test_mark)) {
      REQUIRE_FALSE(rows.empty());
      rows.back().tests.push_back(test_of(line));
    } else if (line.starts_with(open_mark)) {
      REQUIRE_FALSE(rows.empty());
      rows.back().open = true;
    } else {
      // A test that is named in any other way would not be looked up.
      CAPTURE(line);
      CHECK(line.find("_test.cpp") == line.npos);
      CHECK(line.find("tests/") == line.npos);
    }
  }
  return rows;
}

/// The names in a source's TEST_CASE lines, also those that begin on the next line.
std::vector<std::string> test_cases_of(std::string_view source) {
  constexpr std::string_view macro = "TEST_CASE(";
  std::vector<std::string> names;
  for (std::size_t at = source.find(macro); at != source.npos; at = source.find(macro, at)) {
    at += macro.size();
    const std::size_t quote = source.find_first_not_of(" \n", at);
    if (quote == source.npos || source[quote] != '"') continue;
    const std::size_t end = source.find('"', quote + 1);
    REQUIRE(end != source.npos);
    names.emplace_back(source.substr(quote + 1, end - quote - 1));
  }
  return names;
}

/// "| … | `tests/cli/test_run.cpp`: a sentence |", of the table after a heading, whose first column
/// is called so.
std::vector<page_row> table_rows_of(const std::string& page, std::string_view after,
                                    std::string_view column) {
  std::vector<page_row> rows;
  std::istringstream lines{page.substr(page.find(after))};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ") || line.starts_with(column)) continue;
    REQUIRE(line.ends_with(" |"));
    page_row row{line.substr(2, line.size() - 4), {}, line.ends_with("| **Open** |")};
    const std::size_t test = row.heading.rfind("| `tests/");
    if (test != row.heading.npos) row.tests.push_back(test_of("- " + row.heading.substr(test + 2)));
    rows.push_back(std::move(row));
  }
  return rows;
}

void check_names(const std::vector<page_row>& rows) {
  std::map<std::string, std::vector<std::string>> cases;
  for (const page_row& row : rows) {
    for (const named_test& test : row.tests) {
      auto [known, fresh] = cases.try_emplace(test.file);
      if (fresh) known->second = test_cases_of(contents(test.file));
      CAPTURE(row.heading, test.file, test.sentence);
      CHECK(std::find(known->second.begin(), known->second.end(), test.sentence) !=
            known->second.end());
    }
  }
}

void check_each_has_a_test(const std::vector<page_row>& rows) {
  for (const page_row& row : rows) {
    CAPTURE(row.heading);
    CHECK(row.tests.empty() == row.open);
  }
}

std::vector<page_row> runners() {
  return table_rows_of(contents("docs/run.md"), "## What other runners have", "| runner |");
}

std::vector<page_row> assertions() {
  return table_rows_of(contents("docs/checks.md"), "# What blackbox_exporter asserts",
                       "| module |");
}

}  // namespace

TEST_CASE("test cases are found on their own line and on the next one, and nothing else is") {
  const std::string macro{"TEST_CASE"};  // apart, so that this file is read as any other
  const std::string source =
      macro + "(\"one, two\") { \"three\"; }\n" + macro + "(\n    \"four\") {";
  CHECK(test_cases_of(source) == std::vector<std::string>{"one, two", "four"});
}

TEST_CASE("every test that the page on other tools names is there, word for word") {
  check_names(rows_of(contents("docs/field.md")));
}

TEST_CASE("every row of the page on other tools has a test, or says that it is open") {
  const std::vector<page_row> rows = rows_of(contents("docs/field.md"));
  CHECK(rows.size() >= 40);
  check_each_has_a_test(rows);
}

TEST_CASE("every test that the table of other runners names is there, word for word") {
  check_names(runners());
}

TEST_CASE("every row of the table of other runners has a test, or says that it is open") {
  const std::vector<page_row> rows = runners();
  CHECK(rows.size() >= 80);
  check_each_has_a_test(rows);
}

TEST_CASE("every assertion of blackbox_exporter has a test, or says that it is open") {
  const std::vector<page_row> rows = assertions();
  CHECK(rows.size() >= 35);
  check_names(rows);
  check_each_has_a_test(rows);
}
