#include "sink/json_text.hpp"

#include "support/catch.hpp"

#include <string>

using namespace muster;

TEST_CASE("text is plain if no byte of it, wherever it stands, has to be escaped") {
  CHECK(is_plain_json(""));
  for (std::size_t size = 1; size <= 17; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int value = 0; value < 256; ++value) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(value);
        const bool expected = value >= 0x20 && value < 0x7f && value != '"' && value != '\\';
        if (is_plain_json(text) != expected) FAIL(size << ' ' << place << ' ' << value);
      }
    }
  }
}

TEST_CASE("plain text is a JSON string as it is") {
  std::string out = "before ";
  append_json_string(out, "nginx/1.22.1", 100);
  CHECK(out == R"(before "nginx/1.22.1")");
}
