#include "core/printable_pieces.hpp"

#include "support/catch.hpp"

TEST_CASE("a text is printable in the same way wherever it is split") {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa9\x1b[1m\xff\nb\xc3";
  std::string whole;
  muster::append_printable_lines(whole, text);
  for (std::size_t size = 1; size <= text.size(); ++size) {
    std::string out;
    muster::printable_pieces pieces{out};
    for (std::size_t at = 0; at < text.size(); at += size)
      pieces.add(std::string_view{text}.substr(at, size));
    pieces.finish();
    CAPTURE(size);
    CHECK(out == whole);
  }
}
