#pragma once

#include "command/command_placeholder.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Why no value can stand at a place of a script.
struct script_refusal {
  std::string_view where;    ///< The construct, as in "in …".
  std::string_view instead;  ///< What to write.
};

/// A place in a script where a value is to stand.
struct script_spot {
  std::size_t begin = 0;  ///< Of its placeholder in the script, which it takes the place of.
  command_placeholder placeholder;
  /// What a reference to a parameter has to stand between, so that it is no more than its value.
  std::string_view before;
  std::string_view after;
  bool is_quoted = false;      ///< The quotes around it are the script's own.
  bool is_argument = false;    ///< It is a word of a command, or of the list of a for, by itself.
  bool may_be_option = false;  ///< A command would take a value with a dash for an option.
  std::optional<script_refusal> refused;
};

/// What a script for /bin/sh is made of, as far as values are concerned.
struct script_form {
  std::vector<script_spot> spots;  ///< In their order. What is in a comment is none.
  /// Where one more argument of the last command would stand; none where there is no such place.
  std::optional<script_spot> last;
  std::string wrong;  ///< Why it is no script; `spots` are not all of them then.
};

/// Reads a script as a shell does (POSIX XCU 2.2 to 2.10), and runs nothing.
script_form read_script(std::string_view text, const placeholder_syntax& syntax);

}  // namespace muster
