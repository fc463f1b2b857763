#include "codec/text_encoding.hpp"

#include "codec/windows_1252.hpp"
#include "core/ascii.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include <iconv.h>

namespace muster::codec {

namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";

// The labels of the WHATWG's Encoding standard, and what the C library calls the nearest to each
// encoding. Those of ISO-8859-1 and ASCII mean windows-1252.
constexpr std::array<text_encoding, 38> encodings{{
    {encoding_kind::utf_8, nullptr,
     "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"},
    {encoding_kind::iconv, "CP866", "866 cp866 csibm866 ibm866"},
    {encoding_kind::iconv, "ISO-8859-2",
     "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 "
     "latin2"},
    {encoding_kind::iconv, "ISO-8859-3",
     "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 "
     "latin3"},
    {encoding_kind::iconv, "ISO-8859-4",
     "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 "
     "latin4"},
    {encoding_kind::iconv, "ISO-8859-5",
     "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 "
     "iso_8859-5:1988"},
    {encoding_kind::iconv, "ISO-8859-6",
     "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 "
     "iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"},
    {encoding_kind::iconv, "ISO-8859-7",
     "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 "
     "iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek"},
    {encoding_kind::iconv, "ISO-8859-8",
     "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 "
     "iso88598 iso_8859-8 iso_8859-8:1988 visual"},
    {encoding_kind::iconv, "ISO-8859-8", "csiso88598i iso-8859-8-i logical"},
    {encoding_kind::iconv, "ISO-8859-10",
     "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6"},
    {encoding_kind::iconv, "ISO-8859-13", "iso-8859-13 iso8859-13 iso885913"},
    {encoding_kind::iconv, "ISO-8859-14", "iso-8859-14 iso8859-14 iso885914"},
    {encoding_kind::iconv, "ISO-8859-15",
     "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9"},
    {encoding_kind::iconv, "ISO-8859-16", "iso-8859-16"},
    {encoding_kind::iconv, "KOI8-R", "cskoi8r koi koi8 koi8-r koi8_r"},
    {encoding_kind::iconv, "KOI8-U", "koi8-ru koi8-u"},
    {encoding_kind::iconv, "MACINTOSH", "csmacintosh mac macintosh x-mac-roman"},
    {encoding_kind::iconv, "CP874", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874"},
    {encoding_kind::iconv, "CP1250", "cp1250 windows-1250 x-cp1250"},
    {encoding_kind::iconv, "CP1251", "cp1251 windows-1251 x-cp1251"},
    {encoding_kind::windows_1252, nullptr,
     "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
     "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"},
    {encoding_kind::iconv, "CP1253", "cp1253 windows-1253 x-cp1253"},
    {encoding_kind::iconv, "CP1254",
     "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 "
     "l5 latin5 windows-1254 x-cp1254"},
    {encoding_kind::iconv, "CP1255", "cp1255 windows-1255 x-cp1255"},
    {encoding_kind::iconv, "CP1256", "cp1256 windows-1256 x-cp1256"},
    {encoding_kind::iconv, "CP1257", "cp1257 windows-1257 x-cp1257"},
    {encoding_kind::iconv, "CP1258", "cp1258 windows-1258 x-cp1258"},
    {encoding_kind::iconv, "MAC-UK", "x-mac-cyrillic x-mac-ukrainian"},
    {encoding_kind::iconv, "GB18030",
     "chinese csgb2312 csiso58gb231280 gb18030 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk"},
    {encoding_kind::iconv, "BIG5-HKSCS", "big5 big5-hkscs cn-big5 csbig5 x-x-big5"},
    {encoding_kind::iconv, "EUC-JP-MS", "cseucpkdfmtjapanese euc-jp x-euc-jp"},
    {encoding_kind::iconv, "ISO-2022-JP", "csiso2022jp iso-2022-jp"},
    {encoding_kind::iconv, "CP932",
     "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"},
    {encoding_kind::iconv, "CP949",
     "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
     "ksc_5601 windows-949"},
    {encoding_kind::utf_16be, nullptr, "unicodefffe utf-16be"},
    {encoding_kind::utf_16le, nullptr,
     "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le"},
    {encoding_kind::none, nullptr,
     "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement"},
}};

bool has_label(std::string_view labels, std::string_view wanted) {
  while (!labels.empty()) {
    const auto blank = std::min(labels.find(' '), labels.size());
    if (equal_ignoring_case(labels.substr(0, blank), wanted)) return true;
    labels.remove_prefix(std::min(blank + 1, labels.size()));
  }
  return false;
}

class converter {
 public:
  /// Throws std::bad_alloc where there is no memory, as that says nothing about the encoding.
  explicit converter(const char* from) : handle_{::iconv_open("UTF-8", from)} {
    if (!works() && errno == ENOMEM) throw std::bad_alloc{};
  }
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() {
    if (works()) ::iconv_close(handle_);
  }
  // NOLINTNEXTLINE(performance-no-int-to-ptr): POSIX says so.
  bool works() const { return handle_ != iconv_t(-1); }
  std::string convert(std::string_view text);

 private:
  iconv_t handle_;
};

std::string converter::convert(std::string_view text) {
  std::string bytes{text};
  char* next = bytes.data();
  std::size_t left = bytes.size();
  std::string converted;
  while (left > 0) {
    std::array<char, 512> piece;
    char* end = piece.data();
    std::size_t room = piece.size();
    const bool failed = ::iconv(handle_, &next, &left, &end, &room) == std::size_t(-1);
    const int error = errno;
    converted.append(piece.data(), end);
    if (!failed || error == E2BIG) continue;
    converted += replacement_character;
    if (error != EILSEQ) break;  // The text ends within a character.
    ++next;
    --left;
  }
  return converted;
}

std::string from_windows_1252(std::string_view text) {
  std::string converted;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_c1 = byte >= 0x80 && byte <= 0x9f;
    append_utf8(converted, is_c1 ? char32_t{windows_1252_c1[byte - 0x80]} : char32_t{byte});
  }
  return converted;
}

}  // namespace

const text_encoding* find_encoding(std::string_view label) {
  while (!label.empty() && is_space(label.front()))
    label.remove_prefix(1);
  while (!label.empty() && is_space(label.back()))
    label.remove_suffix(1);
  if (label.empty()) return nullptr;
  const auto found = std::find_if(
      encodings.begin(), encodings.end(),
      [label](const text_encoding& candidate) { return has_label(candidate.labels, label); });
  return found == encodings.end() ? nullptr : &*found;
}

std::string to_utf8(std::string_view text, const text_encoding* encoding) {
  if (encoding == nullptr) return is_utf8(text) ? std::string{text} : from_windows_1252(text);
  if (encoding->kind == encoding_kind::windows_1252) return from_windows_1252(text);
  if (encoding->kind != encoding_kind::iconv) return std::string{text};
  converter conversion{encoding->iconv_name};
  return conversion.works() ? conversion.convert(text) : std::string{text};
}

void utf16_decoder::feed(std::string_view bytes, std::string& to) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (has_byte_) {
      const unsigned high = big_endian_ ? byte_ : byte;
      const unsigned low = big_endian_ ? byte : byte_;
      take(static_cast<char16_t>(high << 8 | low), to);
    }
    byte_ = byte;
    has_byte_ = !has_byte_;
  }
}

void utf16_decoder::take(char16_t unit, std::string& to) {
  const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
  if (high_surrogate_ != 0) {
    const char32_t high = high_surrogate_;
    high_surrogate_ = 0;
    if (is_low) return append_utf8(to, 0x1'0000 + ((high - 0xd800) << 10) + (unit - 0xdc00u));
    append_utf8(to, high);
  }
  if (unit >= 0xd800 && unit <= 0xdbff) {
    high_surrogate_ = unit;
  } else {
    append_utf8(to, unit);
  }
}

}  // namespace muster::codec
