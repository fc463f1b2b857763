#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::codec {

/// Decodes the HTML character reference with which `text` begins, if there is one: named or
/// numeric, with its semicolon or without where the standard allows that. Appends what it stands
/// for, and returns how many bytes it has; 0 for none.
std::size_t decode_reference(std::string_view text, std::string& to);

}  // namespace muster::codec
