#include "targets/international_name.hpp"

#include "core/deceptive.hpp"
#include "core/utf8.hpp"
#include "lazy/idn2.hpp"
#include "targets/host.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <idn2.h>

namespace muster {
namespace {

// NOLINTBEGIN(readability-identifier-naming)
MUSTER_LAZY_FUNCTION(lazy::idn2, idn2_free);
MUSTER_LAZY_FUNCTION(lazy::idn2, idn2_lookup_u8);
MUSTER_LAZY_FUNCTION(lazy::idn2, idn2_strerror);
// NOLINTEND(readability-identifier-naming)

/// The longest text that is looked at: no name has that many bytes, in whatever form.
constexpr std::size_t name_bytes_limit = 2'048;

struct named_range {
  char32_t first;
  char32_t last;
  std::string_view name;
};

/// What nobody sees in a line, by its name in Unicode where one stands alone. Sorted.
constexpr std::array invisible{
    named_range{0x80, 0x9f, "a control character"},
    named_range{0xa0, 0xa0, "NO-BREAK SPACE"},
    named_range{0xad, 0xad, "SOFT HYPHEN"},
    named_range{0x34f, 0x34f, "COMBINING GRAPHEME JOINER"},
    named_range{0x61c, 0x61c, "ARABIC LETTER MARK"},
    named_range{0x115f, 0x1160, "a HANGUL FILLER"},
    named_range{0x1680, 0x1680, "OGHAM SPACE MARK"},
    named_range{0x17b4, 0x17b5, "an invisible KHMER VOWEL"},
    named_range{0x180b, 0x180d, "a MONGOLIAN VARIATION SELECTOR"},
    named_range{0x180e, 0x180e, "MONGOLIAN VOWEL SEPARATOR"},
    named_range{0x2000, 0x2006, "a space of another width"},
    named_range{0x2007, 0x2007, "FIGURE SPACE"},
    named_range{0x2008, 0x2008, "PUNCTUATION SPACE"},
    named_range{0x2009, 0x2009, "THIN SPACE"},
    named_range{0x200a, 0x200a, "HAIR SPACE"},
    named_range{0x200b, 0x200b, "ZERO WIDTH SPACE"},
    named_range{0x200c, 0x200c, "ZERO WIDTH NON-JOINER"},
    named_range{0x200d, 0x200d, "ZERO WIDTH JOINER"},
    named_range{0x200e, 0x200e, "LEFT-TO-RIGHT MARK"},
    named_range{0x200f, 0x200f, "RIGHT-TO-LEFT MARK"},
    named_range{0x2028, 0x2028, "LINE SEPARATOR"},
    named_range{0x2029, 0x2029, "PARAGRAPH SEPARATOR"},
    named_range{0x202a, 0x202a, "LEFT-TO-RIGHT EMBEDDING"},
    named_range{0x202b, 0x202b, "RIGHT-TO-LEFT EMBEDDING"},
    named_range{0x202c, 0x202c, "POP DIRECTIONAL FORMATTING"},
    named_range{0x202d, 0x202d, "LEFT-TO-RIGHT OVERRIDE"},
    named_range{0x202e, 0x202e, "RIGHT-TO-LEFT OVERRIDE"},
    named_range{0x202f, 0x202f, "NARROW NO-BREAK SPACE"},
    named_range{0x205f, 0x205f, "MEDIUM MATHEMATICAL SPACE"},
    named_range{0x2060, 0x2060, "WORD JOINER"},
    named_range{0x2061, 0x2064, "an invisible operator"},
    named_range{0x2065, 0x206f, "a mark of writing direction"},
    named_range{0x3000, 0x3000, "IDEOGRAPHIC SPACE"},
    named_range{0x3164, 0x3164, "HANGUL FILLER"},
    named_range{0xfe00, 0xfe0f, "a VARIATION SELECTOR"},
    named_range{0xfeff, 0xfeff, "ZERO WIDTH NO-BREAK SPACE, a byte order mark"},
    named_range{0xffa0, 0xffa0, "HALFWIDTH HANGUL FILLER"},
    named_range{0xfff9, 0xfffb, "an INTERLINEAR ANNOTATION character"},
    named_range{0xe0000, 0xe007f, "a TAG character"},
    named_range{0xe0100, 0xe01ef, "a VARIATION SELECTOR"},
};

bool is_joiner(char32_t code_point) { return code_point == 0x200c || code_point == 0x200d; }

bool is_variation_selector(char32_t code_point) {
  return code_point >= 0xfe00 && code_point <= 0xfe0f;
}

/// What to call an invisible character; empty for one that is seen.
std::string_view name_of_invisible(char32_t code_point) {
  if (code_point < invisible.front().first) return {};
  const auto range = std::ranges::lower_bound(invisible, code_point, {}, &named_range::last);
  if (range != invisible.end() && range->first <= code_point) return range->name;
  return is_deceptive(code_point) ? "an invisible character" : std::string_view{};
}

/// The first invisible character that counts where it stands, by its place in bytes, described with
/// its column.
template <typename Predicate>
std::string describe_first(std::string_view text, Predicate counts) {
  std::size_t column = 1;
  for (std::size_t at = 0; at < text.size(); ++column) {
    const utf8_character c = decode_utf8(text.substr(at));
    const std::size_t place = std::exchange(at, at + c.bytes);
    const std::string_view name = c.valid ? name_of_invisible(c.code_point) : std::string_view{};
    if (name.empty() || !counts(c.code_point, place)) continue;
    return fmt::format("U+{:04X} {} at column {}", static_cast<std::uint32_t>(c.code_point), name,
                       column);
  }
  return {};
}

std::string why_not(int status, std::string_view name) {
  if (status == IDN2_CONTEXTJ || status == IDN2_CONTEXTJ_NO_RULE) {
    const std::string joiner = describe_first(
        name, [](char32_t code_point, std::size_t) { return is_joiner(code_point); });
    if (!joiner.empty()) return joiner + ", where it joins nothing";
  }
  if (status == IDN2_ENCODING_ERROR) return "it is not UTF-8";
  return idn2_strerror(status);
}

struct freed_by_idn2 {
  void operator()(std::uint8_t* text) const { idn2_free(text); }
};

using idn2_text = std::unique_ptr<std::uint8_t, freed_by_idn2>;

/// Throws std::bad_alloc where libidn2 finds no memory, as that says nothing about the name.
int look_up(const std::string& name, int processing, idn2_text& into) {
  std::uint8_t* result = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(name.c_str()), &result,
                                    IDN2_NFC_INPUT | processing);
  if (status == IDN2_MALLOC) throw std::bad_alloc{};
  into.reset(status == IDN2_OK ? result : nullptr);
  return status;
}

}  // namespace

bool has_non_ascii(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::string find_invisible(std::string_view text, std::size_t emoji_from) {
  return describe_first(text, [emoji_from](char32_t code_point, std::size_t at) {
    return !is_joiner(code_point) && !(at >= emoji_from && is_variation_selector(code_point));
  });
}

parsed<std::string> to_ascii_name(std::string_view name) {
  const auto refuse = [name](std::string_view why) {
    return parse_error{fmt::format("'{}' is no international name: {}", excerpt(name), why)};
  };
  if (name.size() > name_bytes_limit) return refuse("it is too long");
  if (name.find('\0') != name.npos) return refuse("it has a NUL byte");
  if (const std::string found = find_invisible(name); !found.empty())
    return refuse("it has " + found);
  const std::string terminated{name};
  idn2_text result;
  int status = IDN2_OK;
  try {
    status = look_up(terminated, IDN2_NONTRANSITIONAL, result);
  } catch (const library_missing& missing) {
    return parse_error{fmt::format("'{}' takes a library: {}", excerpt(name), missing.what())};
  }
  // Symbols, which IDNA2008 has no place for, but registries and browsers do.
  if (status == IDN2_DISALLOWED && look_up(terminated, IDN2_TRANSITIONAL, result) == IDN2_OK) {
    status = IDN2_OK;
  }
  if (status != IDN2_OK) return refuse(why_not(status, name));
  std::string ascii{reinterpret_cast<const char*>(result.get())};
  // Some characters are mapped to ASCII that has no place in a name, such as a wide slash.
  const auto bad = std::ranges::find_if_not(ascii, may_stand_in_name);
  if (bad != ascii.end()) {
    return refuse(fmt::format("a character of it means '{}'", excerpt({&*bad, 1})));
  }
  return ascii;
}

}  // namespace muster
