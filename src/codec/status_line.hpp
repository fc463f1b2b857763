#pragma once

#include <optional>
#include <string_view>

namespace muster::codec {

/// The first line of an HTTP response (RFC 9112, 4).
struct status_line {
  /// As it was written, such as "1.1"; points into the line.
  std::string_view version;
  int code = 0;  ///< 100 to 999
};

/// Reads a status line as clients in use do: `HTTP` in any case, a version of 1 or 2 with one digit
/// after its point or none, several blanks or tabs, and anything or nothing for a reason. "ICY 200
/// OK", as radio servers have it, is taken for HTTP/1.0. Nothing if it is none.
std::optional<status_line> parse_status_line(std::string_view line);

/// False as soon as a line that begins like this can't become a status line, or an empty one.
bool may_begin_status_line(std::string_view begin);

}  // namespace muster::codec
