#pragma once

#include "sink/map_picture.hpp"
#include "sink/subnet_map.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

/// One line of a map on its way into a string: cells and words in columns. Escape sequences are
/// written only where the colour changes, and nothing is written for the spaces at its end.
class map_line {
 public:
  /// `of_hosts` says whether shades mean RTTs rather than shares. `out` outlives the line.
  map_line(std::string& out, const map_style& style, bool of_hosts)
      : out_{out}, style_{style}, of_hosts_{of_hosts} {}
  map_line(const map_line&) = delete;
  map_line& operator=(const map_line&) = delete;
  /// Ends the line.
  ~map_line();

  void cell(tone value);
  /// `text` is ASCII.
  void words(std::string_view text);
  void move_to(std::size_t column);
  std::size_t column() const { return column_; }

 private:
  void colour(std::string_view sequence);
  void write_spaces();

  std::string& out_;
  const map_style& style_;
  bool of_hosts_;
  std::string_view colour_;
  std::size_t column_ = 0;
  std::size_t spaces_ = 0;
};

}  // namespace muster
