#include "command/command_words.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

/// Where one is in the text, and the word that is being read.
class word_splitter {
 public:
  parsed<std::vector<std::string>> split(std::string_view text);

 private:
  /// Each takes what it is named after off the front of `rest_`; false when it is not as it has to
  /// be.
  bool single_quoted();
  bool double_quoted();
  bool escaped();
  bool bare();

  void keep(char c) {
    if (!word_) word_.emplace();
    *word_ += c;
  }
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool special(char c) {
    wrong_ = fmt::format(
        "'{}' means something to a shell only: put it in single quotes, or run sh -c 'SCRIPT'", c);
    return false;
  }
  bool unclosed(char quote) {
    wrong_ = fmt::format("the quote {} is not closed", quote);
    return false;
  }

  std::string_view rest_;
  std::optional<std::string> word_;  // a word may be empty, as ''
  std::string wrong_;
};

bool word_splitter::single_quoted() {
  if (!word_) word_.emplace();
  while (!rest_.empty()) {
    const char c = take();
    if (c == '\'') return true;
    keep(c);
  }
  return unclosed('\'');
}

bool word_splitter::double_quoted() {
  if (!word_) word_.emplace();
  while (!rest_.empty()) {
    const char c = take();
    if (c == '"') return true;
    if (c == '$' || c == '`') return special(c);
    constexpr std::string_view escapable = "$`\"\\\n";
    const bool escapes =
        c == '\\' && !rest_.empty() && escapable.find(rest_.front()) != escapable.npos;
    const char kept = escapes ? take() : c;
    if (!escapes || kept != '\n') keep(kept);
  }
  return unclosed('"');
}

bool word_splitter::escaped() {
  if (rest_.empty()) {
    wrong_ = "there is nothing after the last backslash";
    return false;
  }
  if (const char c = take(); c != '\n') keep(c);
  return true;
}

bool word_splitter::bare() {
  constexpr std::string_view shells_own = "|&;<>()$`";
  const char c = take();
  if (c == '\'') return single_quoted();
  if (c == '"') return double_quoted();
  if (c == '\\') return escaped();
  if (shells_own.find(c) != shells_own.npos) return special(c);
  keep(c);
  return true;
}

parsed<std::vector<std::string>> word_splitter::split(std::string_view text) {
  rest_ = text;
  std::vector<std::string> words;
  const auto end_word = [&] {
    if (word_) words.push_back(*std::exchange(word_, std::nullopt));
  };
  while (!rest_.empty()) {
    if (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\n') {
      rest_.remove_prefix(1);
      end_word();
    } else if (!bare()) {
      return parse_error{wrong_};
    }
  }
  end_word();
  if (words.empty() || words.front().empty()) return parse_error{"there is no command"};
  return words;
}

}  // namespace

parsed<std::vector<std::string>> split_words(std::string_view text) {
  if (text.find('\0') != text.npos) {
    return parse_error{"no argument of a command can hold a NUL byte"};
  }
  return word_splitter{}.split(text);
}

}  // namespace muster
