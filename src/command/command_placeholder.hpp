#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// What stands for a value in a command.
struct command_placeholder {
  enum class kind : std::uint8_t { target, host, address, port, number, slot, column };
  kind what = kind::target;
  std::string column;    ///< The name of a column.
  std::size_t size = 0;  ///< How many bytes it takes.

  /// Whether its value is one, whatever the target is.
  bool is_number() const { return what == kind::number || what == kind::slot; }
};

/// Which words of a command are placeholders.
struct placeholder_syntax {
  /// Stands for the target rather than `{}`, which then is text; empty for `{}`.
  std::string target = {};
  /// Whether there are job slots, and so `{%}`.
  bool has_slots = false;
};

/// Whether a column can be called so in a command.
bool is_column_name(std::string_view text);

/// The placeholder that a text begins with. What stands for the target is looked for first.
std::optional<command_placeholder> placeholder_at(std::string_view text,
                                                  const placeholder_syntax& syntax);

}  // namespace muster
