#include "muster/printable.hpp"

#include "core/deceptive.hpp"
#include "core/utf8.hpp"

#include <algorithm>

// Strategy: text is read one character at a time; each character becomes a short piece, either
// itself or its escape, and whole pieces are appended while they fit. The place up to which the
// ellipsis would still fit is remembered, so that cutting never splits a character or an escape.

namespace muster {
namespace {

constexpr std::string_view ellipsis = "\xe2\x80\xa6";
constexpr std::string_view replacement = "\xef\xbf\xbd";

constexpr std::string_view lower_hex_digits = "0123456789abcdef";

void append_escaped_bytes(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += lower_hex_digits[byte >> 4];
    out += lower_hex_digits[byte & 0xf];
  }
}

void append_escaped_code_point(std::string& out, char32_t code_point) {
  out += "\\u{";
  int shift = code_point > 0xffff ? 16 : 12;
  for (; shift >= 0; shift -= 4)
    out += lower_hex_digits[(code_point >> shift) & 0xf];
  out += '}';
}

void append_safe(std::string& out, std::string_view bytes, const utf8_character& c) {
  if (!c.valid || c.code_point < 0x20 || c.code_point == 0x7f) {
    append_escaped_bytes(out, bytes);
  } else if (is_deceptive(c.code_point)) {
    append_escaped_code_point(out, c.code_point);
  } else {
    out += bytes;
  }
}

void append_well_formed(std::string& out, std::string_view bytes, const utf8_character& c) {
  out += c.valid ? bytes : replacement;
}

template <typename AppendPiece>
void append_pieces(std::string& out, std::string_view text, std::size_t bytes_max,
                   AppendPiece append_piece) {
  const std::size_t start = out.size();
  std::size_t cut = start;
  while (!text.empty()) {
    const utf8_character c = decode_utf8(text);
    append_piece(out, text.substr(0, c.bytes), c);
    const std::size_t appended = out.size() - start;
    if (appended > bytes_max) {
      out.resize(cut);
      if (cut - start + ellipsis.size() <= bytes_max) out += ellipsis;
      return;
    }
    if (appended + ellipsis.size() <= bytes_max) cut = out.size();
    text.remove_prefix(c.bytes);
  }
}

}  // namespace

void append_printable(std::string& out, std::string_view text, std::size_t bytes_max) {
  append_pieces(out, text, bytes_max, append_safe);
}

void append_printable_lines(std::string& out, std::string_view text) {
  constexpr std::size_t growth_max = 10;  // a character's longest escape, from one byte
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
    if (end > 0) append_printable(out, text.substr(0, end), end * growth_max);
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void append_valid_utf8(std::string& out, std::string_view text, std::size_t bytes_max) {
  append_pieces(out, text, bytes_max, append_well_formed);
}

}  // namespace muster
