#include "core/utf8.hpp"

namespace muster {

namespace {

constexpr char32_t replacement_character = 0xfffd;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

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
  if (begin == text.size()) return begin;
  const auto lead = classify_utf8(static_cast<unsigned char>(text[begin]));
  return text.size() - begin <= lead.continuations ? begin : text.size();
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const utf8_character next = decode_utf8(text);
    if (!next.valid) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

}  // namespace muster
