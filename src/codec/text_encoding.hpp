#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

enum class encoding_kind : std::uint8_t {
  utf_8,
  utf_16le,
  utf_16be,
  windows_1252,
  iconv,  ///< Known to the C library, if its tables for it are installed.
  none,   ///< Never decoded.
};

/// A character encoding that a page may name.
struct text_encoding {
  encoding_kind kind = encoding_kind::none;
  const char* iconv_name = nullptr;
  std::string_view labels;  ///< With a blank between them.
};

/// The encoding that browsers mean by `label` (WHATWG, Encoding, 4.2), in any case and with white
/// space around it; null if they know no such label.
const text_encoding* find_encoding(std::string_view label);

/// `text` as UTF-8. What can't be decoded becomes U+FFFD; without the C library's tables for it,
/// the text stays as it is. `encoding` null: the text is UTF-8 if it may be, else windows-1252.
/// Text in UTF-16 has been decoded before (utf16_decoder).
std::string to_utf8(std::string_view text, const text_encoding* encoding);

/// Decodes UTF-16 that arrives in pieces.
class utf16_decoder {
 public:
  explicit utf16_decoder(bool big_endian) : big_endian_{big_endian} {}
  /// Appends what is complete by now to `to`, as UTF-8.
  void feed(std::string_view bytes, std::string& to);

 private:
  void take(char16_t unit, std::string& to);

  bool big_endian_;
  bool has_byte_ = false;
  unsigned char byte_ = 0;
  char16_t high_surrogate_ = 0;
};

}  // namespace muster::codec
