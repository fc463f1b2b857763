#include "core/line_splitter.hpp"

#include "support/catch.hpp"
#include "support/split_feed.hpp"

#include <string>
#include <vector>

using muster::line_splitter;
using muster::test::pieces;
using muster::test::split_feed;
using namespace std::string_literals;
using strings = std::vector<std::string>;

namespace {

constexpr std::size_t line_bytes_max = 8;

void pull_all(line_splitter& lines, strings& out) {
  std::string_view line;
  while (true) {
    switch (lines.next(line)) {
      case line_splitter::pull::line:
        out.push_back(std::to_string(lines.number()) + ":" + std::string{line});
        break;
      case line_splitter::pull::overlong:
        out.push_back("overlong " + std::to_string(lines.number()) + ":" + std::string{line});
        break;
      case line_splitter::pull::wait:
        return;
      case line_splitter::pull::end:
        out.push_back("end");
        return;
    }
  }
}

strings split(pieces input) {
  line_splitter lines{line_bytes_max};
  strings out;
  for (const std::string_view piece : input) {
    lines.append(piece);
    pull_all(lines, out);
  }
  lines.finish();
  pull_all(lines, out);
  return out;
}

}  // namespace

TEST_CASE("lines come out the same however their bytes are split") {
  CHECK(split_feed("a\nbc\n\nd\n", split) == strings{"1:a", "2:bc", "3:", "4:d", "end"});
  CHECK(split_feed("", split) == strings{"end"});
  CHECK(split_feed("\n", split) == strings{"1:", "end"});
}

TEST_CASE("an unfinished last line counts as a line") {
  CHECK(split_feed("a\nb", split) == strings{"1:a", "2:b", "end"});
}

TEST_CASE("a line of just the greatest length is whole, and one byte more is overlong") {
  CHECK(split_feed("12345678\nx\n", split) == strings{"1:12345678", "2:x", "end"});
  CHECK(split_feed("123456789\nx\n", split) == strings{"overlong 1:12345678", "2:x", "end"});
  CHECK(split_feed("12345678", split) == strings{"1:12345678", "end"});
  CHECK(split_feed("123456789", split) == strings{"overlong 1:12345678", "end"});
}

TEST_CASE("an overlong line is given once and skipped to its end") {
  const std::string input = "a\n" + std::string(50, 'x') + "\nb\n" + std::string(50, 'y');
  CHECK(split_feed(input, split) ==
        strings{"1:a", "overlong 2:xxxxxxxx", "3:b", "overlong 4:yyyyyyyy", "end"});
}

TEST_CASE("lines may end in another byte, and newlines are a part of them then") {
  line_splitter lines{line_bytes_max, '\0'};
  strings out;
  lines.append("a\nb\0\0too long for it\0c"s);
  pull_all(lines, out);
  lines.finish();
  pull_all(lines, out);
  CHECK(out == strings{"1:a\nb", "2:", "overlong 3:too long", "4:c", "end"});
}

TEST_CASE("memory stays bounded while lines are taken as they come") {
  line_splitter lines{line_bytes_max};
  strings out;
  const std::string chunk = "one\ntwo\nthr";
  std::size_t early = 0;
  for (int i = 0; i < 10'000; ++i) {
    lines.append(chunk);
    pull_all(lines, out);
    out.clear();
    if (i == 10) early = lines.capacity_bytes();
  }
  CHECK(lines.capacity_bytes() == early);
  // A line without an end is dropped as it comes.
  for (int i = 0; i < 10'000; ++i) {
    lines.append("xxxxxxxxxxx");
    pull_all(lines, out);
  }
  CHECK(out.size() == 1);
  CHECK(lines.capacity_bytes() == early);
}
