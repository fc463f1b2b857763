#include "codec/utf8.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

constexpr char32_t replacement_character = 0xfffd;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// How many bytes the character that begins with `c` has; 1 for what begins none.
std::size_t character_bytes(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xf0) return 4;
  if (byte >= 0xe0) return 3;
  return byte >= 0xc0 ? 2 : 1;
}

}  // namespace

void append_utf8(std::string& to, char32_t code_point) {
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (surrogate || code_point > 0x10'ffff) code_point = replacement_character;
  const auto tail = [code_point](unsigned shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3f));
  };
  if (code_point < 0x80) {
    to += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    to += {static_cast<char>(0xc0 | code_point >> 6), tail(0)};
  } else if (code_point < 0x1'0000) {
    to += {static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
  } else {
    to += {static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6), tail(0)};
  }
}

std::size_t without_unfinished_character(std::string_view text) {
  std::size_t begin = text.size();
  for (int i = 0; i < 4 && begin > 0; ++i) {
    --begin;
    if (!is_continuation(text[begin])) break;
  }
  const bool unfinished = begin < text.size() && text.size() - begin < character_bytes(text[begin]);
  return unfinished ? begin : text.size();
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_bytes(text.front());
    const auto lead = static_cast<unsigned char>(text.front());
    if (size == 1) {
      if (lead >= 0x80) return false;
      text.remove_prefix(1);
      continue;
    }
    if (size > text.size() || lead > 0xf4 || lead < 0xc2) return false;
    const std::string_view tail = text.substr(1, size - 1);
    if (!std::all_of(tail.begin(), tail.end(), is_continuation)) return false;
    // Rules out overlong forms, surrogates and what lies beyond U+10FFFF.
    const auto second = static_cast<unsigned char>(tail.front());
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace muster::codec
