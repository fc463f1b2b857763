#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace muster {

/// Reads a number that `text` consists of, all of it; false when it doesn't, or when the number is
/// not one that a `Number` holds.
template <typename Number>
bool read_whole(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace muster
