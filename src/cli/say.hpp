#pragma once

#include <cstdio>
#include <functional>
#include <string>

namespace muster {

/// What makes room for a line on the terminal, by whoever has a progress line there; or nothing.
inline std::function<void()>& room_for_lines() {
  static std::function<void()> make;
  return make;
}

/// Says a line to the user, on standard error.
inline void say(const std::string& line) {
  if (room_for_lines()) room_for_lines()();
  const std::string text = "muster: " + line + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace muster
