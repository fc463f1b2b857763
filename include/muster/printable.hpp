#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

/// Appends `text`, which came from the network or a user, made safe for a terminal or a log line.
///
/// C0 controls (tab and newline too), DEL and bytes that are not UTF-8 (RFC 3629) become `\xNN`;
/// C1 controls and the characters of Unicode that are invisible or turn the direction of writing
/// become `\u{NNNN}`. A backslash stays as it is.
///
/// Appends at most `bytes_max` bytes. Text that does not fit ends at a character boundary, with `…`
/// (three of these bytes) for what was left out.
void append_printable(std::string& out, std::string_view text, std::size_t bytes_max);

/// The same for text of several lines, which stay lines, as tabs stay tabs; of any length.
void append_printable_lines(std::string& out, std::string_view text);

/// Appends `text` as valid UTF-8: each ill-formed sequence becomes one U+FFFD, as Unicode 3.9
/// recommends. Control characters stay, for the caller's JSON or CSV writer to escape.
/// `bytes_max` and `…` as in `append_printable`.
void append_valid_utf8(std::string& out, std::string_view text, std::size_t bytes_max);

}  // namespace muster
