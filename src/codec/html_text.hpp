#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::codec {

/// The text of an HTML element, for a report: character references are decoded, white space is
/// collapsed and trimmed, and it is cut to at most `bytes_max` bytes, never within a UTF-8
/// character. Bytes of the network: they need not be UTF-8, and control characters may be among
/// them.
std::string html_text(std::string_view raw, std::size_t bytes_max);

}  // namespace muster::codec
