#pragma once

#include "core/parsed.hpp"

#include <string>
#include <string_view>

namespace muster {

/// Reads the bytes of a datagram as people write them: text, where `\xHH` is any byte, and `\r`,
/// `\n`, `\t`, `\0` and `\\` are what they are in C.
parsed<std::string> parse_payload(std::string_view text);

/// Such a text for these bytes.
std::string payload_text(std::string_view bytes);

}  // namespace muster
