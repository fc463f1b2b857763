#pragma once

#include "core/utf8.hpp"
#include "muster/printable.hpp"

#include <string>
#include <string_view>

namespace muster {

/// Lines of a long text on their way to a terminal, a piece at a time: as `append_printable_lines`
/// has them in one, wherever a character is split.
class printable_pieces {
 public:
  /// `out` outlives it.
  explicit printable_pieces(std::string& out) : out_{out} {}

  void add(std::string_view piece) {
    held_ += piece;
    const std::size_t whole = without_unfinished_character(held_);
    append_printable_lines(out_, std::string_view{held_}.substr(0, whole));
    held_.erase(0, whole);
  }
  /// No more comes.
  void finish() {
    append_printable_lines(out_, held_);
    held_.clear();
  }

 private:
  std::string& out_;
  std::string held_;  // the beginning of a character
};

}  // namespace muster
