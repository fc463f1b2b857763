#include "sink/json_text.hpp"

#include "muster/printable.hpp"
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

TEST_CASE("what is invisible or turns the direction of writing is escaped in JSON, same value") {
  std::string out;
  append_json_string(out,
                     "a\u202e\u200b\u2066\ufeff\xc2\x9b"
                     "\u00e9\u20ac\U000e0041\U0001f600\x7f",
                     100);
  CHECK(out ==
        "\"a\\u202e\\u200b\\u2066\\ufeff\\u009b\u00e9\u20ac\\udb40\\udc41\U0001f600\\u007f\"");
  out.clear();
  CHECK(append_json_value(out, "{\"\u200d\":\"\u202e\\u202e\"}").empty());
  CHECK(out == "{\"\\u200d\":\"\\u202e\\u202e\"}");
}

TEST_CASE("every character that text for people escapes is escaped in JSON, and no other is") {
  for (char32_t code = 0x80; code < 0x110000; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string utf8;
    if (code >= 0x10000) utf8 += static_cast<char>(0xf0 | code >> 18);
    if (code >= 0x10000) utf8 += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    if (code >= 0x800 && code < 0x10000) utf8 += static_cast<char>(0xe0 | code >> 12);
    if (code >= 0x800) utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    if (code < 0x800) utf8 += static_cast<char>(0xc0 | code >> 6);
    utf8 += static_cast<char>(0x80 | (code & 0x3f));
    std::string json;
    append_json_string(json, utf8, 100);
    std::string text;
    append_printable(text, utf8, 100);
    const bool is_raw = json == '"' + utf8 + '"';
    if (is_raw != (text == utf8)) FAIL(static_cast<unsigned>(code));
  }
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
