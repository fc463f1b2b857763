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

/// Who keeps the lines that are said, too; or nothing.
inline std::function<void(const std::string&)>& keeper_of_lines() {
  static std::function<void(const std::string&)> keep;
  return keep;
}

/// Tells the user on standard error how things are going.
inline void announce(const std::string& line) {
  if (room_for_lines()) room_for_lines()();
  const std::string text = "muster: " + line + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

/// Tells the user on standard error what is wrong, or may be.
inline void say(const std::string& line) {
  announce(line);
  if (keeper_of_lines()) keeper_of_lines()(line);
}

}  // namespace muster
