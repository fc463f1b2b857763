#pragma once

#include <cstdio>
#include <string>

namespace muster {

/// Says a line to the user, on standard error.
inline void say(const std::string& line) {
  const std::string text = "muster: " + line + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace muster
