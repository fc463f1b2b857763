#include "sink/terminal.hpp"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace muster {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::string_view{value} : std::string_view{};
}

}  // namespace

terminal_size size_of_terminal(int descriptor) {
  terminal_size known;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return known;
  if (size.ws_col > 0) known.columns = size.ws_col;
  if (size.ws_row > 0) known.lines = size.ws_row;
  return known;
}

colour_depth colours_of_terminal(int descriptor) {
  const std::string_view kind = environment("TERM");
  if (::isatty(descriptor) != 1 || !environment("NO_COLOR").empty() || kind.empty() ||
      kind == "dumb") {
    return colour_depth::none;
  }
  const std::string_view colours = environment("COLORTERM");
  if (colours == "truecolor" || colours == "24bit") return colour_depth::direct;
  return kind.find("256color") == kind.npos ? colour_depth::basic : colour_depth::indexed;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    for (const std::string_view charset : {"UTF-8", "utf-8", "UTF8", "utf8"}) {
      if (locale.find(charset) != locale.npos) return true;
    }
    return false;
  }
  return false;
}

}  // namespace muster
