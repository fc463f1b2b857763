#pragma once

#include "command/script_spot.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace muster {

/// A word of a command, as a shell has read it.
struct script_word {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Without its quotes; a mark for what is not known before the script runs.
  std::string text;
  bool is_quoted = false;
  std::size_t first_spot = 0;  ///< Of those within it, however deep.
  std::size_t spots_end = 0;
  std::optional<std::size_t> leading_spot;  ///< The one that it begins with.

  static constexpr char mark = '\1';
  bool has_spots() const { return first_spot < spots_end; }
};

/// Why a value must not stand in one word of a command: the command reads the word once more, as a
/// script or as a name.
std::optional<script_refusal> refusal_in(std::span<const script_word> command, std::size_t word);

/// Whether it has a word that is no assignment.
bool names_command(std::span<const script_word> command);

/// Why a value must not stand in what the command reads on its standard input.
std::optional<script_refusal> refusal_of_input(std::span<const script_word> command);

}  // namespace muster
