#include "core/csv_formula.hpp"
#include "samples.hpp"
#include "support/catch.hpp"

using namespace muster;
using test::list;

namespace {

/// The rows of an RFC 4180 document, quotes undone.
std::vector<std::vector<std::string>> rows_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& cell = rows.back().back();
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      REQUIRE(cell.empty());
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.push_back({""});
    } else {
      cell += c;
    }
  }
  REQUIRE_FALSE(quoted);
  REQUIRE(rows.back() == std::vector<std::string>{""});
  rows.pop_back();
  return rows;
}

std::string cell_of(const std::vector<std::vector<std::string>>& rows, std::size_t row,
                    std::string_view column) {
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    if (rows[0][i] == column) return rows[row][i];
  }
  FAIL("no column " << column);
  return {};
}

}  // namespace

TEST_CASE("a CSV file without results still has its header row") {
  const auto rows = rows_of(test::output_of(output_format::csv, {}));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].front() == "time");
  CHECK(std::ranges::find(rows[0], "answer") != rows[0].end());
}

TEST_CASE("a CSV row is as this one") {
  const auto lines = test::lines_of(test::output_of(output_format::csv, list(test::icmp_up())));
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == "2026-01-31T08:15:00.123456Z,192.168.0.1,icmp,192.168.0.1,,up,,0.045,64,64" +
                        std::string(rows_of(lines[0] + '\n')[0].size() - 10, ','));
}

TEST_CASE("lists of names stand in one line of CSV") {
  const auto rows = rows_of(test::output_of(output_format::csv, list(test::https_maximal())));
  CHECK(cell_of(rows, 1, "tls.problems") == "hostname_mismatch unknown_ca");
  CHECK(cell_of(rows, 1, "tls.names") == "a.example 10.0.0.1");
}

TEST_CASE("every CSV row has as many cells as the header") {
  const auto rows = rows_of(test::output_of(
      output_format::csv,
      list(test::icmp_up(), test::icmp_with_loss(), test::icmp_unreachable(), test::tcp_refused(),
           test::http_up(), test::http_maximal(), test::icmp_retried(), test::icmp_of_all())));
  REQUIRE(rows.size() == 9);
  for (const auto& row : rows)
    CHECK(row.size() == rows[0].size());
  CHECK(cell_of(rows, 2, "loss") == "0.400");
  CHECK(cell_of(rows, 3, "error_source") == "10.0.0.1");
  CHECK(cell_of(rows, 4, "port") == "5432");
  CHECK(cell_of(rows, 4, "title").empty());
  CHECK(cell_of(rows, 5, "body_truncated").empty());
  CHECK(cell_of(rows, 6, "redirects") == "301 302");
  CHECK(cell_of(rows, 6, "body_truncated") == "true");
  CHECK(cell_of(rows, 6, "transfer_ms") == "0.300");
  CHECK(cell_of(rows, 6, "attempts").empty());
  CHECK(cell_of(rows, 7, "attempts") == "2");
  CHECK(cell_of(rows, 8, "addresses") == "2");
}

TEST_CASE("a CSV file that is gone on with has one header row") {
  const test::memory_file memory;
  const std::string path = "/proc/self/fd/" + std::to_string(memory.descriptor());
  const auto write_one = [&](output_file file) {
    const auto sink = make_sink(output_format::csv, std::move(file), "memory", {});
    sink->write(test::icmp_up());
    sink->flush();
    return sink->bytes();
  };
  const std::uint64_t bytes = write_one(output_file::create(path));
  write_one(output_file::resume(path, bytes));
  const auto rows = rows_of(memory.content());
  REQUIRE(rows.size() == 3);
  CHECK(rows[1] == rows[2]);
}

TEST_CASE("printable text goes through CSV and back unchanged") {
  for (const std::string text : {"plain", "a,b", "say \"hi\"", "\"", ",", "1+1", "a=b", "'quoted'",
                                 "Grüße, 日本語", " spaces "}) {
    probe_result result = test::http_up();
    test::http_of(result).title = text;
    const auto rows = rows_of(test::output_of(output_format::csv, list(std::move(result))));
    REQUIRE(rows.size() == 2);
    CHECK(cell_of(rows, 1, "title") == text);
    CHECK(cell_of(rows, 1, "server") == "nginx/1.22.1");
  }
}

TEST_CASE("no text from the network is a formula in a spreadsheet, and none is lost by that") {
  for (const std::string text :
       {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=1", "''@x", "=\"a\",b"}) {
    probe_result result = test::http_up();
    test::http_of(result).title = text;
    const auto rows = rows_of(test::output_of(output_format::csv, list(std::move(result))));
    const std::string cell = cell_of(rows, 1, "title");
    CHECK(cell == "'" + text);
    CHECK(without_formula_guard(cell) == text);
  }
  for (const std::string text : {"plain", "'quoted'", "'", "''", ""}) {
    std::string cell = text;
    guard_formula(cell);
    CHECK(cell == text);
    CHECK(without_formula_guard(cell) == text);
  }
}

TEST_CASE("whatever bytes the network sends, a CSV row is one line of printable text") {
  for (int value = 0; value < 256; ++value) {
    probe_result result = test::http_up();
    test::http_of(result).title = std::string{'a', static_cast<char>(value), '"', ','};
    const std::string text = test::output_of(output_format::csv, list(std::move(result)));
    CAPTURE(value);
    CHECK(test::lines_of(text).size() == 2);
    CHECK(text.find('\r') == std::string::npos);
    const auto rows = rows_of(text);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].size() == rows[0].size());
  }
}
