#include "command/command_words.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace muster;

namespace {

using words = std::vector<std::string>;

words split(std::string_view text) {
  const auto result = split_words(text);
  if (!result) FAIL(result.error().message);
  return *result;
}

std::string why_not(std::string_view text) {
  const auto result = split_words(text);
  return result ? "it was split" : result.error().message;
}

}  // namespace

TEST_CASE("a command line is split at blanks") {
  CHECK(split("check_http -H {}") == words{"check_http", "-H", "{}"});
  CHECK(split("  a \t b\n c ") == words{"a", "b", "c"});
}

TEST_CASE("quotes and backslashes keep a word together, as in a shell") {
  CHECK(split("a 'b c' \"d e\" f\\ g") == words{"a", "b c", "d e", "f g"});
  CHECK(split("a'b'\"c\"d") == words{"abcd"});
  CHECK(split("a '' \"\"") == words{"a", "", ""});
  CHECK(split(R"(a '\x' "\"\\\$\`" "\x" '$(x)|;&')") ==
        words{"a", "\\x", "\"\\$`", "\\x", "$(x)|;&"});
  CHECK(split("a \\\nb \"c\\\nd\"") == words{"a", "b", "cd"});
  CHECK(split("a \\'") == words{"a", "'"});
}

TEST_CASE("what only a shell understands is an error that says what helps") {
  for (const char* text : {"a | b", "a;b", "a & b", "a > b", "a < b", "a $HOME", "a \"$HOME\"",
                           "a `b`", "a \"`b`\"", "(a)"}) {
    CAPTURE(text);
    CHECK(why_not(text).find("a shell only") != std::string::npos);
  }
}

TEST_CASE("a command line that is not whole is an error") {
  CHECK(why_not("a 'b") == "the quote ' is not closed");
  CHECK(why_not("a \"b") == "the quote \" is not closed");
  CHECK(why_not("a \\") == "there is nothing after the last backslash");
  CHECK(why_not("") == "there is no command");
  CHECK(why_not(" \t") == "there is no command");
  CHECK(why_not("'' a") == "there is no command");
  CHECK(why_not(std::string_view{"a\0b", 3}).find("NUL") != std::string::npos);
}
