#pragma once

#include <cstdint>

namespace muster {

/// What a terminal can show.
enum class colour_depth : std::uint8_t {
  none,
  basic,    ///< The eight colours that every colour terminal has.
  indexed,  ///< 256 colours.
  direct,   ///< 24 bits.
};

struct terminal_size {
  int columns = 80;
  int lines = 24;
};

/// The size of the terminal at `descriptor`; 80 by 24 if it is none, or does not tell.
terminal_size size_of_terminal(int descriptor);
/// The colours to use on `descriptor`, as TERM and COLORTERM say; none where it is no terminal or
/// NO_COLOR is set (no-color.org).
colour_depth colours_of_terminal(int descriptor);
/// Whether the locale, which LC_ALL, LC_CTYPE and LANG decide in this order, is one of UTF-8.
bool locale_is_utf8();

}  // namespace muster
