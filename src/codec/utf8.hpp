#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::codec {

/// Appends a character; one that is none (a surrogate, or beyond U+10FFFF) becomes U+FFFD.
void append_utf8(std::string& to, char32_t code_point);

/// How many bytes of `text` are left when an unfinished character at its end is cut off. Text that
/// isn't UTF-8 has none there and stays as it is.
std::size_t without_unfinished_character(std::string_view text);

/// Whether `text` is well-formed (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace muster::codec
