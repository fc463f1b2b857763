#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

/// True for text that stands in a JSON string as it is, as nearly all does.
bool is_plain_json(std::string_view text);

/// Appends `text` as a JSON string (RFC 8259), quotes included: valid UTF-8 and valid JSON whatever
/// the bytes were. No control character stays raw, nor one that is invisible or turns the direction
/// of writing, so a terminal may show it. At most `bytes_max` bytes of `text` are kept.
void append_json_string(std::string& out, std::string_view text, std::size_t bytes_max);

/// Appends `text`, one JSON value (RFC 8259) with white space around it, without any, and as safe
/// to show as above; numbers stay as they are written. When it is none, appends nothing and says
/// what is wrong with it; else that is empty.
std::string append_json_value(std::string& out, std::string_view text);

}  // namespace muster
