#include "cli/bracketed_words.hpp"

#include <cstddef>
#include <string_view>

#include <CLI/CLI.hpp>

namespace muster {
namespace {

bool is_bracketed(std::string_view word) {
  const std::size_t begin = word.find_first_not_of(' ');
  return begin != word.npos && word[begin] == '[' && word.ends_with(']');
}

/// Whether the next word is the value of this one.
bool takes_next_word(const CLI::App& command, const std::string& word) {
  const auto takes_value = [&command](const std::string& name) {
    const CLI::Option* const option = command.get_option_no_throw(name);
    return option && option->get_items_expected_max() > 0;
  };
  if (word.starts_with("--")) return word.find('=') == word.npos && takes_value(word);
  // Of short names in one word, what follows one that takes a value is its value.
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (takes_value({'-', word[i]})) return i + 1 == word.size();
  }
  return false;
}

}  // namespace

void mark_bracketed_words(const CLI::App& command, std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string& word = words[i];
    if (word.size() > 1 && word.front() == '-') {
      if (takes_next_word(command, word)) ++i;
    } else if (is_bracketed(word)) {
      word.insert(0, 1, ' ');
    }
  }
}

void unmark_bracketed_words(std::vector<std::string>& words) {
  for (std::string& word : words) {
    if (word.starts_with(' ') && is_bracketed(word)) word.erase(0, 1);
  }
}

}  // namespace muster
