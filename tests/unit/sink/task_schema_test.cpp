// Strategy: as schema_test.cpp, for the records of tasks.
#include "muster/task_sink.hpp"
#include "sink/task_fields.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <rapidjson/document.h>

#include <sys/mman.h>
#include <unistd.h>

using namespace muster;

namespace {

struct table_row {
  std::string name;
  std::string type;
};

std::vector<table_row> documented() {
  std::ifstream file{MUSTER_OUTPUT_DOCUMENT};
  REQUIRE(file);
  std::vector<table_row> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## Records of tasks";
    if (!inside || !line.starts_with("| `")) continue;
    const std::size_t name_end = line.find("` | ");
    const std::size_t type_end = line.find(" |", name_end + 4);
    rows.push_back(
        {line.substr(3, name_end - 3), line.substr(name_end + 4, type_end - name_end - 4)});
  }
  return rows;
}

target line_target(const std::string& text) {
  target_text pieces;
  pieces.text = text;
  target_parameters parameters;
  parameters.label = "a label";
  pieces.parameters = std::make_shared<const target_parameters>(parameters);
  return {target_form::line, {}, 0, std::move(pieces)};
}

/// A result that has all the fields that can be together.
task_result whole_result(const std::string& output) {
  task_result result;
  result.targets = {line_target("a"), line_target("b")};
  result.group = "group";
  result.status = status::mismatch;
  result.reason = reason::exit_code_not_zero;
  result.detail = "detail";
  result.process.started = true;
  result.process.exit_code = 1;
  result.process.signal = 9;
  result.process.left_open = true;
  result.process.output = output;
  result.process.output_bytes = output.size();
  result.process.errors = "e";
  result.process.error_bytes = 5;
  result.attempts = std::make_unique<std::vector<task_attempt>>(2);
  return result;
}

std::string written(output_format format, std::vector<task_result> results, bool parse_json) {
  const int file = ::memfd_create("records", 0);
  {
    task_format options;
    options.parse_json = parse_json;
    auto sink = make_task_sink(format, output_file{::dup(file), true}, nullptr, "test", options);
    for (const task_result& result : results)
      sink->write(result);
    sink->flush();
  }
  std::string text(1 << 16, '\0');
  const auto count = ::pread(file, text.data(), text.size(), 0);
  ::close(file);
  text.resize(static_cast<std::size_t>(count));
  return text;
}

std::vector<task_result> samples() {
  std::vector<task_result> all;
  all.push_back(whole_result("{\"a\":1}"));
  all.push_back(whole_result("no json"));
  all.push_back(whole_result("cut"));
  all.back().process.output_bytes = 100;
  return all;
}

std::string type_of(const rapidjson::Value& value, const std::string& promised) {
  if (promised == "any JSON value") return promised;
  if (value.IsString()) return "string";
  if (value.IsBool()) return "boolean";
  if (value.IsArray()) return value[0].IsObject() ? "array of objects" : "array of strings";
  if (value.IsInt64() || value.IsUint64()) return promised == "number" ? "number" : "integer";
  return value.IsNumber() ? "number" : "none that a field may have";
}

}  // namespace

TEST_CASE("the documented fields of a task are the ones there are, in their order") {
  std::vector<std::string> names;
  for (const table_row& row : documented())
    names.push_back(row.name);
  std::vector<std::string> fields;
  for (const field* const one : task_fields())
    fields.emplace_back(one->name());
  CHECK(names == fields);
}

TEST_CASE("every field of a task's JSON line has its documented type, and each is written") {
  std::map<std::string, std::string> types;
  for (const table_row& row : documented())
    types[row.name] = row.type;
  std::set<std::string> seen;
  std::istringstream lines{written(output_format::jsonl, samples(), true)};
  for (std::string line; std::getline(lines, line);) {
    rapidjson::Document document;
    document.Parse(line.c_str());
    REQUIRE(document.IsObject());
    for (const auto& member : std::as_const(document).GetObject()) {
      const std::string name = member.name.GetString();
      CAPTURE(name);
      REQUIRE(types.contains(name));
      CHECK(type_of(member.value, types[name]) == types[name]);
      seen.insert(name);
    }
  }
  for (const auto& [name, type] : types) {
    CAPTURE(name);
    CHECK(seen.contains(name));
  }
}

TEST_CASE("the header of a task's CSV has the documented names") {
  std::string header;
  for (const table_row& row : documented())
    header += (header.empty() ? "" : ",") + row.name;
  const std::string text = written(output_format::csv, samples(), true);
  CHECK(text.substr(0, text.find('\n')) == header);
}

TEST_CASE("text shows what tasks wrote, and how they failed") {
  const std::string text = written(output_format::text, samples(), false);
  CHECK(text.starts_with("{\"a\":1}e\nmuster: a and 1 more: failed, exit code 1 {detail}"));
}
