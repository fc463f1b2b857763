// Strategy: bytes go through two small filters. The first holds back what may be a character
// reference until its semicolon shows that it is one, or anything else that it isn't. The second
// remembers white space instead of writing it, and writes one blank before the next visible byte,
// which collapses and trims at once.
#include "codec/html_text.hpp"

#include "codec/ascii.hpp"

#include <array>
#include <optional>
#include <utility>

namespace muster::codec {

namespace {

/// The longest reference: "&#x10ffff" and one leading zero, before its semicolon.
constexpr std::size_t reference_bytes_max = 10;

constexpr char32_t replacement_character = 0xfffd;
constexpr char32_t no_break_space = 0xa0;

struct named_reference {
  std::string_view name;
  char32_t code_point;
};
constexpr std::array<named_reference, 6> named_references{{{"amp", '&'},
                                                           {"lt", '<'},
                                                           {"gt", '>'},
                                                           {"quot", '"'},
                                                           {"apos", '\''},
                                                           {"nbsp", no_break_space}}};

std::optional<char32_t> parse_number(std::string_view digits, unsigned base) {
  if (digits.empty()) return std::nullopt;
  char32_t value = 0;
  for (const char c : digits) {
    const int digit = hex_value(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
    // No overflow: `reference_bytes_max` leaves room for eight digits.
    value = value * base + static_cast<unsigned>(digit);
  }
  return value;
}

/// What a reference without its "&" and ";" stands for.
std::optional<char32_t> look_up(std::string_view reference) {
  if (reference.starts_with("#x") || reference.starts_with("#X")) {
    return parse_number(reference.substr(2), 16);
  }
  if (reference.starts_with('#')) return parse_number(reference.substr(1), 10);
  for (const auto& [name, code_point] : named_references) {
    if (reference == name) return code_point;
  }
  return std::nullopt;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// How many bytes the UTF-8 character that begins with `c` has; 1 for what begins none.
std::size_t character_bytes(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xf0) return 4;
  if (byte >= 0xe0) return 3;
  return byte >= 0xc0 ? 2 : 1;
}

}  // namespace

void html_text::add(char c) {
  if (reference_.empty()) {
    if (c == '&') {
      reference_ = c;
    } else {
      append(c);
    }
    return;
  }
  if (c == ';' && decode_reference()) return;
  if (is_alpha(c) || is_digit(c) || c == '#') {
    if (reference_.size() < reference_bytes_max) {
      reference_ += c;
      return;
    }
  }
  end();
  add(c);
}

void html_text::end() {
  // Taken out first, so that its own "&" is not seen as the start of another reference.
  const std::string literal = std::exchange(reference_, {});
  for (const char c : literal)
    append(c);
}

bool html_text::decode_reference() {
  const auto code_point = look_up(std::string_view{reference_}.substr(1));
  if (!code_point) return false;
  reference_.clear();
  append_code_point(*code_point);
  return true;
}

void html_text::append(char c) {
  if (full_) return;
  if (is_space(c)) {
    space_pending_ = !text_.empty();
    return;
  }
  if (text_.size() + (space_pending_ ? 2 : 1) > bytes_max_) {
    cut_at_a_boundary();
    return;
  }
  if (std::exchange(space_pending_, false)) text_ += ' ';
  text_ += c;
}

void html_text::append_code_point(char32_t code_point) {
  if (code_point == no_break_space) code_point = ' ';
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point == 0 || surrogate || code_point > 0x10'ffff) code_point = replacement_character;

  const auto tail = [code_point](unsigned shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3f));
  };
  if (code_point < 0x80) {
    append(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    append(static_cast<char>(0xc0 | code_point >> 6));
    append(tail(0));
  } else if (code_point < 0x1'0000) {
    append(static_cast<char>(0xe0 | code_point >> 12));
    append(tail(6));
    append(tail(0));
  } else {
    append(static_cast<char>(0xf0 | code_point >> 18));
    append(tail(12));
    append(tail(6));
    append(tail(0));
  }
}

void html_text::cut_at_a_boundary() {
  full_ = true;
  // If the last character still lacks bytes, one of which was just refused, it goes as well. Text
  // that isn't UTF-8 has no such character and stays as it is.
  std::size_t begin = text_.size();
  for (int i = 0; i < 4 && begin > 0; ++i) {
    --begin;
    if (!is_continuation(text_[begin])) break;
  }
  if (begin < text_.size() && text_.size() - begin < character_bytes(text_[begin])) {
    text_.resize(begin);
  }
  while (text_.ends_with(' '))
    text_.pop_back();
}

}  // namespace muster::codec
