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

TEST_CASE("a JSON value is copied without its white space, and with its numbers as they are") {
  std::string out;
  CHECK(append_json_value(out, " {\"a\" : [1.50, -0, 1e40, null], \"b\": \"\\u001b\"}\n").empty());
  CHECK(out == "{\"a\":[1.50,-0,1e40,null],\"b\":\"\\u001B\"}");
}

TEST_CASE("what is not one JSON value is left out, and says where") {
  for (const char* text : {"", "x", "{\"a\":}", "1 2", "\"\xff\"", "[1"}) {
    std::string out;
    CAPTURE(text);
    CHECK(append_json_value(out, text).starts_with("not JSON at character "));
    CHECK(out.empty());
  }
}

TEST_CASE("a JSON value nested without end is copied in bounded memory of the stack") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  std::string out;
  CHECK(append_json_value(out, deep).empty());
  CHECK(out == deep);
}
