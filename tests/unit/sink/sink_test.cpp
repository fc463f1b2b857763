#include "samples.hpp"
#include "support/catch.hpp"

#include <stdexcept>

using namespace muster;

TEST_CASE("the suffix of a file decides its format") {
  CHECK(format_of_file("out.json") == output_format::jsonl);
  CHECK(format_of_file("/tmp/x.y/out.jsonl") == output_format::jsonl);
  CHECK(format_of_file("out.ndjson") == output_format::jsonl);
  CHECK(format_of_file("out.csv") == output_format::csv);
  CHECK(format_of_file("out.html") == output_format::html);
  CHECK(format_of_file("out.htm") == output_format::html);
  CHECK(format_of_file("out.txt") == output_format::text);
  CHECK(format_of_file("a.json.log") == output_format::text);
}

TEST_CASE("an unknown suffix is refused, and the known ones are named") {
  CHECK_THROWS_AS(format_of_file("out.xml"), std::invalid_argument);
  CHECK_THROWS_WITH(format_of_file("out.xml"), Catch::Matchers::ContainsSubstring(".xml") &&
                                                   Catch::Matchers::ContainsSubstring(".ndjson"));
  CHECK_THROWS_WITH(format_of_file("results"),
                    Catch::Matchers::ContainsSubstring("without a suffix"));
  // The dot of a directory is not the file's.
  CHECK_THROWS_WITH(format_of_file("dir.json/results"),
                    Catch::Matchers::ContainsSubstring("without a suffix"));
}

TEST_CASE("the silent sink writes nothing and never fails") {
  const auto sink =
      make_sink(output_format::silent, output_file::create("/dev/full"), "nowhere", {});
  sink->write(test::http_maximal());
  sink->flush();
  CHECK_FALSE(sink->error());
  CHECK(sink->hidden() == nullptr);
  CHECK(sink->name() == "nowhere");
}
