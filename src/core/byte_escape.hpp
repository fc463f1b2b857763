#pragma once

#include "core/ascii.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace muster {

/// Takes an escape, without its backslash, from the beginning of `text`: `xHH` is any byte, and
/// `r`, `n`, `t`, `0` and a backslash are what they are in C. Nothing if it is none.
inline std::optional<char> take_byte_escape(std::string_view& text) {
  constexpr std::array<std::pair<char, char>, 5> letters{
      {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}}};
  if (text.empty()) return std::nullopt;
  const char kind = text.front();
  text.remove_prefix(1);
  for (const auto& [letter, byte] : letters) {
    if (kind == letter) return byte;
  }
  if (kind != 'x' || text.size() < 2) return std::nullopt;
  const int high = hex_value(text[0]);
  const int low = hex_value(text[1]);
  if (high < 0 || low < 0) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<char>(high * 16 + low);
}

}  // namespace muster
