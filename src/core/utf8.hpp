#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

struct utf8_character {
  char32_t code_point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// What the first byte of a sequence says about it. The second byte's bounds rule out overlong
/// forms, surrogates and what lies beyond U+10FFFF (RFC 3629, section 4).
struct utf8_lead_byte {
  std::size_t continuations = 0;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xbf;
  char32_t bits = 0;
};

constexpr utf8_lead_byte classify_utf8(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf) return {1, 0x80, 0xbf, first & 0x1fu};
  if (first == 0xe0) return {2, 0xa0, 0xbf, 0};
  if (first == 0xed) return {2, 0x80, 0x9f, 0xd};
  if (first >= 0xe1 && first <= 0xef) return {2, 0x80, 0xbf, first & 0x0fu};
  if (first == 0xf0) return {3, 0x90, 0xbf, 0};
  if (first >= 0xf1 && first <= 0xf3) return {3, 0x80, 0xbf, first & 0x07u};
  if (first == 0xf4) return {3, 0x80, 0x8f, 4};
  return {};
}

/// The first character of `text`, which is not empty. An ill-formed one spans the bytes that could
/// have begun a well-formed one, at least one. Here in full, as long texts are read by it.
constexpr utf8_character decode_utf8(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const utf8_lead_byte lead = classify_utf8(byte(0));
  if (lead.continuations == 0) return {};
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i <= lead.continuations; ++i) {
    const unsigned char low = i == 1 ? lead.second_min : 0x80;
    const unsigned char high = i == 1 ? lead.second_max : 0xbf;
    if (i == text.size() || byte(i) < low || byte(i) > high) return {0, i, false};
    code_point = code_point << 6 | (byte(i) & 0x3fu);
  }
  return {code_point, lead.continuations + 1, true};
}

/// Appends a character; one that is none (a surrogate, or beyond U+10FFFF) becomes U+FFFD.
void append_utf8(std::string& to, char32_t code_point);

/// How many bytes of `text` are left when an unfinished character at its end is cut off. Text that
/// isn't UTF-8 has none there and stays as it is.
std::size_t without_unfinished_character(std::string_view text);

/// Whether `text` is well-formed (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace muster
