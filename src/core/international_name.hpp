#pragma once

#include "core/parsed.hpp"

#include <string>
#include <string_view>

namespace muster {

/// True when `text` has a byte beyond ASCII.
bool has_non_ascii(std::string_view text);

/// The invisible character that `text` holds, such as "U+200B ZERO WIDTH SPACE at column 4", with
/// columns counted in characters from 1; empty when it holds none. Joiners count with the words of
/// some languages, and are left to `to_ascii_name`.
std::string find_invisible(std::string_view text);

/// The form in which an international host name is asked for, labels that begin with `xn--`:
/// IDNA2008 (RFC 5891) with the mapping of UTS 46, not transitional, so `ß` stays what it is. In
/// lower case; holds letters, digits, hyphens, underscores and dots only. The error says why there
/// is none.
parsed<std::string> to_ascii_name(std::string_view name);

}  // namespace muster
