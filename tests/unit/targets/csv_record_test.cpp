#include "targets/csv_record.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using muster::csv_record_reader;
using cells = std::vector<std::string>;
using state = csv_record_reader::state;

namespace {

cells read(std::string_view line) {
  csv_record_reader reader;
  INFO(line);
  REQUIRE(reader.feed(line) == state::done);
  CHECK(reader.finish() == state::done);
  return reader.cells();
}

std::string refused(std::string_view line) {
  csv_record_reader reader;
  INFO(line);
  REQUIRE(reader.feed(line) == state::error);
  CHECK_FALSE(reader.is_open());
  return reader.why();
}

}  // namespace

TEST_CASE("cells are told apart by commas, empty ones too") {
  CHECK(read("a,b c,d") == cells{"a", "b c", "d"});
  CHECK(read("") == cells{""});
  CHECK(read(",") == cells{"", ""});
  CHECK(read(" a ,") == cells{" a ", ""});
  CHECK(read("a,b\r") == cells{"a", "b"});
  CHECK(read("\r") == cells{""});
}

TEST_CASE("a quoted cell may hold commas, and quotation marks that are doubled") {
  CHECK(read(R"("a,b",c)") == cells{"a,b", "c"});
  CHECK(read(R"("say ""hi""","")") == cells{"say \"hi\"", ""});
  CHECK(read(R"(x,"""")") == cells{"x", "\""});
  CHECK(read("\"a\"\r") == cells{"a"});
}

TEST_CASE("a quoted cell may hold line ends: the record goes on with the next line") {
  csv_record_reader reader;
  CHECK(reader.feed("1,\"first\r") == state::need_more);
  CHECK(reader.is_open());
  CHECK(reader.feed("") == state::need_more);
  CHECK(reader.feed("third\",2\r") == state::done);
  CHECK(reader.cells() == cells{"1", "first\r\n\nthird", "2"});
  CHECK(reader.feed("next") == state::done);
  CHECK(reader.cells() == cells{"next"});
}

TEST_CASE("misplaced quotation marks are refused, and spoil only their own record") {
  CHECK_THAT(refused("a\"b"), ContainsSubstring("not quoted"));
  CHECK_THAT(refused("a, \"b\""), ContainsSubstring("not quoted"));
  CHECK_THAT(refused("\"a\" ,b"), ContainsSubstring("after a closing"));
  CHECK_THAT(refused("\"a\"b"), ContainsSubstring("after a closing"));
  csv_record_reader reader;
  CHECK(reader.feed("\"a\"b") == state::error);
  CHECK(reader.feed("a,b") == state::done);
  CHECK(reader.cells() == cells{"a", "b"});
}

TEST_CASE("a quotation that is never closed is an error at the end") {
  csv_record_reader reader;
  CHECK(reader.feed("\"open") == state::need_more);
  CHECK(reader.finish() == state::error);
  CHECK_THAT(reader.why(), ContainsSubstring("never closed"));
  CHECK(reader.finish() == state::done);
}

TEST_CASE("a record is bounded in bytes and in cells") {
  const std::string half(csv_record_reader::record_bytes_max / 2, 'x');
  csv_record_reader reader;
  CHECK(reader.feed("\"" + half) == state::need_more);
  CHECK(reader.feed(half) == state::error);
  CHECK_THAT(reader.why(), ContainsSubstring("8192 bytes"));
  CHECK(reader.feed("a") == state::done);

  const std::string commas(csv_record_reader::cells_max - 1, ',');
  CHECK(read(commas).size() == csv_record_reader::cells_max);
  CHECK_THAT(refused(commas + ","), ContainsSubstring("256 cells"));
}
