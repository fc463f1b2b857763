#pragma once

#include "sink/host_map.hpp"
#include "sink/terminal.hpp"

#include <string>

namespace muster {

struct map_style {
  int columns = 80;  ///< Width of the terminal.
  int lines =
      24;  ///< Its height: a map that needs more, and more than `map_lines_min`, is drawn coarser.
  bool unicode = false;
  colour_depth colour = colour_depth::none;
};

/// A map of what was swept, in whole lines: a cell a host in blocks of a /24, or where that is too
/// much for the terminal, a line for each /24, a cell for each /24, and so on, so that it always
/// fits. IPv6 is shown only if a cell a host fits. Empty if there is nothing to show.
std::string render_map(const host_map& hosts, const map_style& style);

/// A map may always have so many lines, on however small a terminal.
inline constexpr int map_lines_min = 48;

}  // namespace muster
