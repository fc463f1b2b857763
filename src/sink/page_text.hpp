#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

/// Appends untrusted text as a JSON string that may stand inside a `<script>` element of a page:
/// nothing in it ends the element or begins a comment. What a terminal must not be sent is written
/// as `append_printable` writes it: on a page, too, characters that turn the direction of writing
/// or can't be seen would let a text pass for another. At most `bytes_max` bytes of text are kept.
void append_page_string(std::string& out, std::string_view text, std::size_t bytes_max);

/// The longest title, header or URL of a host on a page.
inline constexpr std::size_t page_text_bytes_max = 200;

}  // namespace muster
