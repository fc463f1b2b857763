#pragma once

#include <string>
#include <string_view>

namespace muster {

/// Appends a cell of CSV, quoted only when RFC 4180 asks for it.
inline void append_csv_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace muster
