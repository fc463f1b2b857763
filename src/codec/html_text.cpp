#include "codec/html_text.hpp"

#include "codec/character_reference.hpp"
#include "core/ascii.hpp"
#include "core/utf8.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

constexpr std::string_view no_break_space = "\xc2\xa0";

/// `raw` with its character references decoded; no-break spaces are blanks.
std::string decoded(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t begin = text.size();
    const std::size_t reference = decode_reference(raw, text);
    if (reference == 0) text += raw.front();
    raw.remove_prefix(std::max<std::size_t>(reference, 1));
    if (std::string_view{text}.substr(begin) == no_break_space) text.replace(begin, 2, " ");
  }
  return text;
}

}  // namespace

std::string html_text(std::string_view raw, std::size_t bytes_max) {
  std::string text;
  bool space_pending = false;
  for (const char c : decoded(raw)) {
    if (is_space(c)) {
      space_pending = !text.empty();
      continue;
    }
    if (text.size() + (space_pending ? 2 : 1) > bytes_max) {
      // If the last character still lacks bytes, one of which was just refused, it goes as well.
      text.resize(without_unfinished_character(text));
      break;
    }
    if (space_pending) text += ' ';
    space_pending = false;
    text += c;
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace muster::codec
