#pragma once

#include "muster/sink.hpp"

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

/// Standard error, by which everything goes there: what nobody reads waits, and holds up nothing
/// but the end of the command.
output_file& standard_error();
/// The descriptor has been given another file.
void reopen_standard_error();

/// Tells the user on standard error whatever lines these are.
void show(const std::string& lines);
/// Tells the user on standard error how things are going.
void announce(const std::string& line);
/// Tells the user on standard error what is wrong, or may be.
void say(const std::string& line);

}  // namespace muster
