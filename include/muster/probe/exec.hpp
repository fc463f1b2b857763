#pragma once

#include "muster/plugin_output.hpp"

#include <cstddef>
#include <string>

namespace muster {

/// What only exec probes have, once they had their turn: what a monitoring plugin came to.
struct exec_details {
  std::string command;  ///< As it was given, with its placeholders.
  int exit_code = -1;   ///< 0 to 255; -1 when a signal ended it.
  int signal = 0;       ///< The signal that ended it, or 0.
  plugin_output said;   ///< Raw bytes of the plugin's.
  /// With `no_value`: the placeholder that has no value. With `bad_interpreter`: the interpreter
  /// that the script names.
  std::string detail;

  std::size_t text_bytes() const {
    return command.size() + detail.size() + said.line.size() +
           said.performance.size() * sizeof(performance_value);
  }
};

}  // namespace muster
