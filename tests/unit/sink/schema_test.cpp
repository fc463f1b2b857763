// Strategy: docs/output.md is what programs are written against, so it is held against what the
// sinks really write, in both directions.
#include "samples.hpp"
#include "sink/summary_json.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <rapidjson/document.h>

using namespace muster;
using test::list;

namespace {

std::vector<std::string> document_lines() {
  std::ifstream file{MUSTER_OUTPUT_DOCUMENT};
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  return test::lines_of(text.str());
}

/// The lines between `heading` and the next heading of its level.
std::vector<std::string> section(const std::string& heading) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : document_lines()) {
    if (line.starts_with("## ")) {
      inside = line == "## " + heading;
    } else if (inside) {
      lines.push_back(line);
    }
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

struct table_row {
  std::string name;    // of the first cell, which is code
  std::string second;  // the cell after it
};

/// The rows of the table in `heading`'s section whose first cell is a name in backquotes.
std::vector<table_row> table(const std::string& heading) {
  std::vector<table_row> rows;
  for (const std::string& line : section(heading)) {
    if (!line.starts_with("| `")) continue;
    const std::size_t name_end = line.find("` | ");
    REQUIRE(name_end != std::string::npos);
    const std::size_t second_end = line.find(" |", name_end + 4);
    REQUIRE(second_end != std::string::npos);
    rows.push_back(
        {line.substr(3, name_end - 3), line.substr(name_end + 4, second_end - name_end - 4)});
  }
  REQUIRE_FALSE(rows.empty());
  return rows;
}

/// The examples of a section: its indented lines, without the indentation.
std::string examples(const std::string& heading) {
  std::string text;
  for (const std::string& line : section(heading)) {
    if (line.starts_with("    ")) text += line.substr(4) + '\n';
  }
  return text;
}

/// A run with everything that its summary for programs can have.
run_record maximal_run() {
  run_record run;
  run.command = "muster sweep a\u202e";
  run.exit_status = 130;
  run.warnings = {"a\x1b", "b"};
  run.warnings_dropped = 3;
  run.limits.min_up = 1;
  run.limits.run_deadline = run.limits.host_timeout = std::chrono::seconds{9};
  run.summary.emplace();
  run.summary->stopped_early = true;
  run.summary->stop_reason = reason::interrupted;
  for (const auto& result : list(test::icmp_up(), test::tcp_refused(), test::http_up()))
    run.summary->totals.add(result);
  run.summary->asked = 3;
  return run;
}

/// Results that between them have every field.
std::vector<probe_result> maximal_results() {
  return list(test::icmp_with_loss(), test::icmp_unreachable(), test::tcp_refused(),
              test::labelled(test::http_maximal(), "shop"), test::icmp_retried(),
              test::icmp_of_all(), test::exec_up(), test::exec_killed(), test::exec_without_value(),
              test::udp_up(), test::https_maximal(), test::dns_up(), test::talk_failed(),
              test::ntp_up(), test::dns_of_chaos(), test::websocket_failed(), test::grpc_failed());
}

std::string type_of(const rapidjson::Value& value, const std::string& promised) {
  if (value.IsString()) return "string";
  if (value.IsBool()) return "boolean";
  if (value.IsObject()) return "object";
  if (value.IsArray()) {
    const auto is_object = [](const auto& element) { return element.IsObject(); };
    const auto is_string = [](const auto& element) { return element.IsString(); };
    if (std::all_of(value.Begin(), value.End(), is_object)) return "array of objects";
    if (std::all_of(value.Begin(), value.End(), is_string)) return "array of strings";
    for (const auto& element : value.GetArray()) {
      if (!element.IsInt64()) return "array of something else";
    }
    return "array of integers";
  }
  if (value.IsInt64() || value.IsUint64()) return promised == "number" ? "number" : "integer";
  if (value.IsNumber()) return "number";
  return "no type that a field may have";
}

/// Calls `see` with the name and the value of each member, of the objects among them, too, whose
/// name comes before a dot.
template <typename See>
void each_member(const rapidjson::Value& object, const std::string& within, const See& see) {
  for (const auto& member : object.GetObject()) {
    const std::string name = within + member.name.GetString();
    if (member.value.IsObject()) {
      each_member(member.value, name + '.', see);
    } else {
      see(name, member.value);
    }
  }
}

std::vector<std::string> names_of(const std::vector<table_row>& rows) {
  std::vector<std::string> names;
  for (const table_row& row : rows)
    names.push_back(row.name);
  return names;
}

}  // namespace

TEST_CASE("every JSON field is documented with its type, and every documented one is written") {
  std::map<std::string, std::string> types;
  for (const table_row& row : table("Fields"))
    types[row.name] = row.second;
  std::set<std::string> seen;
  for (const std::string& line :
       test::lines_of(test::output_of(output_format::jsonl, maximal_results()))) {
    rapidjson::Document document;
    document.Parse(line.c_str());
    REQUIRE(document.IsObject());
    each_member(document, {}, [&](const std::string& name, const rapidjson::Value& value) {
      CAPTURE(name);
      REQUIRE(types.contains(name));
      CHECK(type_of(value, types[name]) == types[name]);
      seen.insert(name);
    });
  }
  for (const auto& [name, type] : types) {
    CAPTURE(name);
    CHECK(seen.contains(name));
  }
}

TEST_CASE("each field of a JSON line stands there once, and is documented") {
  const std::vector<std::string> documented = names_of(table("Fields"));
  for (const std::string& line :
       test::lines_of(test::output_of(output_format::jsonl, maximal_results()))) {
    rapidjson::Document document;
    document.Parse(line.c_str());
    REQUIRE(document.IsObject());
    std::set<std::string> seen;
    each_member(document, {}, [&](const std::string& name, const rapidjson::Value&) {
      CAPTURE(name);
      CHECK(seen.insert(name).second);
      CHECK(std::ranges::find(documented, name) != documented.end());
    });
  }
}

TEST_CASE("the CSV header is the documented fields in their order") {
  std::string header;
  for (const std::string& name : names_of(table("Fields")))
    header += name + ',';
  header.pop_back();
  CHECK(test::output_of(output_format::csv, {}) == header + '\n');
}

TEST_CASE("the documented status words are the ones there are") {
  std::vector<std::string> words;
  for (const status value : all_statuses)
    words.emplace_back(to_string(value));
  CHECK(names_of(table("Status words")) == words);
}

TEST_CASE("the documented reasons are the ones there are") {
  std::set<std::string> words;
  for (std::size_t i = 1; i < reason_count; ++i) {
    words.emplace(to_string(static_cast<reason>(i)));
  }
  const std::vector<std::string> documented = names_of(table("Reasons"));
  CHECK(std::set<std::string>(documented.begin(), documented.end()) == words);
  CHECK(documented.size() == words.size());
}

TEST_CASE("every reason is documented with status words that exist") {
  std::set<std::string> words;
  for (const status value : all_statuses)
    words.emplace(to_string(value));
  for (const table_row& row : table("Reasons")) {
    std::istringstream with{row.second};
    for (std::string word; std::getline(with >> std::ws, word, ',');) {
      CAPTURE(row.name, word);
      CHECK(words.contains(word));
    }
  }
}

TEST_CASE("the documented examples are what the sinks write") {
  CHECK(examples("JSON lines") == test::output_of(output_format::jsonl, list(test::icmp_up())));
  CHECK(examples("Text") ==
        test::output_of(output_format::text,
                        list(test::icmp_up(), test::tcp_refused(), test::icmp_unreachable(),
                             test::icmp_with_loss(), test::http_up(), test::exec_up())));
}

TEST_CASE("the summary for programs has the documented members, of the documented types") {
  std::string text;
  append_summary_json(text, maximal_run());
  CHECK(test::lines_of(text).size() == 1);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\u202e") == std::string::npos);
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE(document.IsObject());
  std::vector<std::string> names;
  for (const table_row& row : table("Summary for programs")) {
    CAPTURE(row.name);
    names.push_back(row.name);
    REQUIRE(document.HasMember(row.name.c_str()));
    CHECK(type_of(document[row.name.c_str()], row.second) == row.second);
  }
  CHECK(document.MemberCount() == names.size());
  CHECK(std::string{document["command"].GetString()} == "muster sweep a\u202e");
  CHECK(document["warnings_dropped"].GetInt() == 3);
  CHECK(document["status"].MemberCount() == status_count);
  CHECK(document["kinds"].MemberCount() == 3);
  CHECK(text.find("\"p99_ms\":0.045,") != std::string::npos);
  CHECK(document["kinds"]["icmp"]["loss"].GetDouble() == 0.0);
  CHECK(document["kinds"]["tcp"]["rtt"]["count"].GetInt() == 0);
  CHECK_FALSE(document["kinds"]["tcp"]["rtt"].HasMember("min_ms"));
  CHECK(document["kinds"]["http"]["status"]["up"].GetInt() == 1);
}

TEST_CASE("the summary of a run that failed has no counts, and is JSON all the same") {
  run_record run;
  run.exit_status = 3;
  run.warnings = {"can't read hosts: No such file or directory"};
  std::string text;
  append_summary_json(text, run);
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE(document.IsObject());
  CHECK(document["exit_status"].GetInt() == 3);
  CHECK_FALSE(document.HasMember("probes"));
  CHECK(document["limits"]["max_in_flight"].GetInt() == 10'000);
}
