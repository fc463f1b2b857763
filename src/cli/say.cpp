#include "cli/say.hpp"

#include <unistd.h>

namespace muster {
namespace {

output_file open_standard_error() {
  output_file file{STDERR_FILENO, false};
  file.never_wait();
  return file;
}

}  // namespace

output_file& standard_error() {
  static output_file file = open_standard_error();
  return file;
}

void reopen_standard_error() {
  // First without the old one, whose numbers may be free by now, and the new one's.
  standard_error() = output_file{-1, false};
  standard_error() = open_standard_error();
}

void show(const std::string& lines) {
  if (room_for_lines()) room_for_lines()();
  standard_error().buffer() += lines;
  standard_error().offer();
}

void announce(const std::string& line) { show("muster: " + line + "\n"); }

void say(const std::string& line) {
  announce(line);
  if (keeper_of_lines()) keeper_of_lines()(line);
}

}  // namespace muster
