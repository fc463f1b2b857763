#pragma once

#include <string>
#include <string_view>

namespace muster {

/// Whether a spreadsheet would take a cell that holds this text for a formula, apart from
/// apostrophes before it.
inline bool looks_like_formula(std::string_view text) {
  constexpr std::string_view openings = "=+-@\t\r";
  const std::size_t at = text.find_first_not_of('\'');
  return at != text.npos && openings.find(text[at]) != openings.npos;
}

/// Puts an apostrophe before such a text, so that a spreadsheet takes it for the text it is.
inline void guard_formula(std::string& text) {
  if (looks_like_formula(text)) text.insert(text.begin(), '\'');
}

/// The text as it was before `guard_formula`.
inline std::string_view without_formula_guard(std::string_view text) {
  if (text.starts_with('\'') && looks_like_formula(text)) text.remove_prefix(1);
  return text;
}

}  // namespace muster
