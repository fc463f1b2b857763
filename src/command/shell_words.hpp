#pragma once

#include <string>
#include <string_view>

namespace muster {

/// Appends a word such that a shell reads the same one.
inline void append_shell_word(std::string& out, std::string_view word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) {
    out += word;
    return;
  }
  out += '\'';
  for (const char c : word)
    out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  out += '\'';
}

}  // namespace muster
