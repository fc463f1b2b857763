// Strategy: the names lie in one constant text, a sorted line each: the name, `;` or, where HTML
// knows it without its semicolon as well, `,`, and what it stands for. A binary search goes by
// places in that text and from there to the beginning of the line.
#include "codec/character_reference.hpp"

#include "codec/windows_1252.hpp"
#include "core/ascii.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <optional>

namespace muster::codec {

namespace {

// From the table of named character references in the WHATWG's HTML standard (13.5); line ends and
// tabs are blanks here. Python has it as html.entities.html5.
constexpr std::string_view named_references =
#include "codec/named_references.inc"
    ;

constexpr std::size_t reference_bytes_max = 31;

struct named_reference {
  std::string_view name;
  std::string_view text;
  bool bare = false;  // Its semicolon may be missing.
};

/// The line of the table in which the byte at `at` lies.
std::string_view line_at(std::size_t at) {
  const auto before = at == 0 ? std::string_view::npos : named_references.rfind('\n', at - 1);
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  return named_references.substr(begin, named_references.find('\n', at) - begin);
}

std::optional<named_reference> find_name(std::string_view name) {
  std::size_t low = 0;
  std::size_t high = named_references.size();
  while (low < high) {
    const std::string_view line = line_at(low + (high - low) / 2);
    const auto begin = static_cast<std::size_t>(line.data() - named_references.data());
    const auto mark = line.find_first_of(";,");
    const int order = name.compare(line.substr(0, mark));
    if (order == 0) return named_reference{name, line.substr(mark + 1), line[mark] == ','};
    if (order < 0) {
      high = begin;
    } else {
      low = begin + line.size() + 1;
    }
  }
  return std::nullopt;
}

char32_t code_point_of(char32_t number) {
  constexpr char32_t replacement_character = 0xfffd;
  if (number == 0) return replacement_character;
  if (number >= 0x80 && number <= 0x9f) return windows_1252_c1[number - 0x80];
  return number;
}

/// "&#233;" or "&#xe9;"
std::size_t decode_number(std::string_view text, std::string& to) {
  const bool hex = text.size() > 2 && to_lower(text[2]) == 'x';
  const unsigned base = hex ? 16 : 10;
  const std::size_t begin = hex ? 3 : 2;
  std::size_t end = begin;
  char32_t number = 0;
  for (; end < text.size(); ++end) {
    const int digit = hex_value(text[end]);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
    constexpr char32_t beyond_all = 0x11'0000;
    number = std::min<char32_t>(number * base + static_cast<unsigned>(digit), beyond_all);
  }
  if (end == begin) return 0;
  append_utf8(to, code_point_of(number));
  return end + (end < text.size() && text[end] == ';' ? 1 : 0);
}

}  // namespace

std::size_t decode_reference(std::string_view text, std::string& to) {
  if (!text.starts_with('&')) return 0;
  if (text.substr(1).starts_with('#')) return decode_number(text, to);
  std::size_t size = 0;
  while (size < reference_bytes_max && size + 1 < text.size() &&
         (is_alpha(text[size + 1]) || is_digit(text[size + 1]))) {
    ++size;
  }
  const std::string_view name = text.substr(1, size);
  if (text.substr(size + 1).starts_with(';')) {
    if (const auto whole = find_name(name)) {
      to += whole->text;
      return size + 2;
    }
  }
  // Without a semicolon, the longest name that may lack it counts.
  for (; size > 1; --size) {
    if (const auto part = find_name(name.substr(0, size)); part && part->bare) {
      to += part->text;
      return size + 1;
    }
  }
  return 0;
}

}  // namespace muster::codec
