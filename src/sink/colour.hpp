#pragma once

#include "muster/status.hpp"

#include <string>
#include <string_view>

namespace muster {

/// The ANSI sequence that colours a status word: green for up, yellow where silence or we ourselves
/// ended the probe, red where something is wrong.
constexpr std::string_view colour_of(status value) {
  switch (value) {
    case status::up:
      return "\x1b[32m";
    case status::timeout:
    case status::cancelled:
    case status::skipped:
      return "\x1b[33m";
    default:
      return "\x1b[31m";
  }
}

/// Appends `text` in the colour of `value`, or plain.
inline void append_coloured(std::string& out, std::string_view text, status value, bool colour) {
  if (!colour) {
    out += text;
    return;
  }
  out += colour_of(value);
  out += text;
  out += "\x1b[0m";
}

}  // namespace muster
