#pragma once

#include "core/parsed.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

/// True when `text` has a byte beyond ASCII.
bool has_non_ascii(std::string_view text);

/// The invisible character that `text` holds, such as "U+200B ZERO WIDTH SPACE at column 4", with
/// columns counted in characters from 1; empty when it holds none. Joiners count with the words of
/// some languages, and are left to `to_ascii_name`; variation selectors do from the byte
/// `emoji_from` on, as emoji are written with them.
std::string find_invisible(std::string_view text, std::size_t emoji_from = std::string_view::npos);

/// The form in which an international host name is asked for, labels that begin with `xn--`:
/// IDNA2008 (RFC 5891) with the mapping of UTS 46, not transitional, so `ß` stays what it is; for a
/// name with symbols, such as `☃`, the transitional one, which has them. In lower case; holds
/// letters, digits, hyphens, underscores and dots only. The error says why there is none.
parsed<std::string> to_ascii_name(std::string_view name);

}  // namespace muster
