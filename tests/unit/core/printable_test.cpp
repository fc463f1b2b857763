#include "muster/printable.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace std::string_literals;

namespace {

std::string printable(std::string_view text, std::size_t bytes_max = 1000) {
  std::string out;
  muster::append_printable(out, text, bytes_max);
  return out;
}

std::string valid(std::string_view text, std::size_t bytes_max = 1000) {
  std::string out;
  muster::append_valid_utf8(out, text, bytes_max);
  return out;
}

const std::string fffd = "\xef\xbf\xbd";

}  // namespace

TEST_CASE("ordinary text of any script is printed as it is") {
  for (const char* text :
       {"", "plain ASCII ~!@", "Grüße", "Ελλάδα", "日本語", "emoji 😀", "back\\slash"}) {
    CHECK(printable(text) == text);
    CHECK(valid(text) == text);
  }
}

TEST_CASE("what a terminal would obey is escaped") {
  CHECK(printable("\x1b[2J") == "\\x1b[2J");
  CHECK(printable("a\r\n\tb") == "a\\x0d\\x0a\\x09b");
  CHECK(printable("nul\0here"s) == "nul\\x00here");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u{009b}31m");  // C1: CSI in one character.
  for (char c = 0; c < 0x20; ++c)
    CHECK(printable({&c, 1}).substr(0, 2) == "\\x");
}

TEST_CASE("characters that hide or turn text are escaped") {
  CHECK(printable("a\u202e"
                  "b") == "a\\u{202e}b");
  CHECK(printable("\u2066") == "\\u{2066}");
  CHECK(printable("\u200b") == "\\u{200b}");
  CHECK(printable("\u2028") == "\\u{2028}");
  CHECK(printable("\ufeff") == "\\u{feff}");
  CHECK(printable("\u00ad") == "\\u{00ad}");
  CHECK(printable("\u061c") == "\\u{061c}");
  CHECK(printable("\U000e0041") == "\\u{e0041}");
  CHECK(printable("\u3164") == "\\u{3164}");  // A letter that is blank.
  CHECK(printable("\uffa0") == "\\u{ffa0}");
  CHECK(printable("\U000e0100") == "\\u{e0100}");  // Selectors can carry hidden text.
  // The neighbours of the escaped ranges are ordinary.
  for (const char* text : {"\u00a0", "\u200a", "\u2010", "\u2027", "\u202f", "\u2070", "\ufefe"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("bytes that are not UTF-8 are escaped or replaced, one ill-formed sequence at a time") {
  struct sample {
    std::string bytes;
    std::string escaped;
    std::string replaced;
  };
  for (const sample& each : {
           sample{"a\xff"
                  "b",
                  "a\\xffb", "a" + fffd + "b"},
           sample{"\x80", "\\x80", fffd},
           sample{"\xc0\xaf", "\\xc0\\xaf", fffd + fffd},  // Overlong slash.
           sample{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", fffd + fffd + fffd},
           sample{"\xed\xa0\x80", "\\xed\\xa0\\x80", fffd + fffd + fffd},  // A surrogate.
           sample{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", fffd + fffd + fffd + fffd},
           sample{"\xf5", "\\xf5", fffd},
           sample{"\xe2\x82", "\\xe2\\x82", fffd},  // Breaks off.
           sample{"\xe2\x82!", "\\xe2\\x82!", fffd + "!"},
           sample{"\xf0\x9f\x98", "\\xf0\\x9f\\x98", fffd},
       }) {
    CHECK(printable(each.bytes) == each.escaped);
    CHECK(valid(each.bytes) == each.replaced);
  }
}

TEST_CASE("valid UTF-8 keeps control characters for its writer to escape") {
  CHECK(valid("a\x1b\n\u202e") == "a\x1b\n\u202e");
}

TEST_CASE("text that is too long ends at a character boundary, with an ellipsis") {
  CHECK(printable("abcdef", 6) == "abcdef");
  CHECK(printable("abcdefg", 6) == "abc…");
  CHECK(printable("äöü", 6) == "äöü");
  CHECK(printable("äöüx", 6) == "ä…");      // Not half an ö.
  CHECK(printable("ab\x01z", 6) == "ab…");  // Not half an escape.
  CHECK(valid("\xff\xff\xff", 8) == fffd + "…");
  CHECK(printable("abcd", 3) == "…");
  CHECK(printable("abcd", 2).empty());
  CHECK(printable("abc", 0).empty());
}

TEST_CASE("no text, however it is cut, exceeds its limit or becomes ill-formed") {
  const std::string text =
      "aä€😀\x1b\xff\xe2\x82\u202e"
      "end";
  for (std::size_t limit = 0; limit <= 60; ++limit) {
    INFO("limit " << limit);
    const std::string shown = printable(text, limit);
    CHECK(shown.size() <= limit);
    CHECK(valid(shown) == shown);
    const std::string replaced = valid(text, limit);
    CHECK(replaced.size() <= limit);
    CHECK(valid(replaced) == replaced);
  }
}

TEST_CASE("appending leaves what was there") {
  std::string out = "title: ";
  muster::append_printable(out, "abcdefgh", 5);
  CHECK(out == "title: ab…");
}

TEST_CASE("lines stay lines when text is made printable line by line") {
  std::string out;
  muster::append_printable_lines(out, "a\tb\n\n\x1b[31mc\r\n\xff");
  CHECK(out == "a\tb\n\n\\x1b[31mc\\x0d\n\\xff");
}
