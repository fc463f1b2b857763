#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace muster {

/// A piece of a list that is wrong, and why.
struct wrong_piece {
  std::string_view piece;
  std::string_view why;
};

/// Reads a list of numbers and ranges of them, as 22,80,8000-8010. `read` makes of a text the first
/// and the last number that it stands for, or nothing; `take` gets those of each piece, and whether
/// it was a range in so many words.
template <typename Read, typename Take>
std::optional<wrong_piece> read_ranges(std::string_view text, std::string_view not_read, Read read,
                                       Take take) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string_view piece = text.substr(begin, comma - begin);
    begin = comma + 1;
    const std::size_t dash = piece.find('-');
    const bool is_range = dash != std::string_view::npos;
    const auto first = read(piece.substr(0, dash));
    const auto last = is_range ? read(piece.substr(dash + 1)) : first;
    if (!first || !last) return wrong_piece{piece, not_read};
    if (first->first > last->second) return wrong_piece{piece, "is a range that runs backwards"};
    take(first->first, last->second, is_range);
  }
  return std::nullopt;
}

}  // namespace muster
