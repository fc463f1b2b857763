#pragma once

#include "muster/plugin_output.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster::codec {

/// Reads what a monitoring plugin writes to its standard output: a first line, performance data
/// after a `|` in it, then lines that are passed over, and more performance data after a `|` in
/// these, to the end. Bounded memory; the pieces may be cut anywhere.
class plugin_output_reader {
 public:
  void feed(std::string_view bytes);
  /// What it came to. Call it once, at the end.
  plugin_output finish();

 private:
  enum class state : std::uint8_t {
    first_line,
    first_performance,  // after the bar in the first line
    more_lines,
    more_performance,  // after the bar in a later line
  };

  void step(char c);
  void keep_line(char c);
  void keep_performance(char c);

  state state_ = state::first_line;
  plugin_output out_;
  std::string performance_;
  bool performance_truncated_ = false;
};

}  // namespace muster::codec
