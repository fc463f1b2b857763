#pragma once

#include "muster/plugin_output.hpp"
#include "muster/probe_spec.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace muster {

/// Monitoring plugins that are run for each target.
struct exec_spec final : spec_of_kind<exec_spec, probe_kind::exec> {
  /// Each as its words, where `{}` and the other placeholders of a command stand for the target's
  /// values. Columns of rows are there as far as `target_stream_options::kept_columns` names them.
  std::vector<std::vector<std::string>> commands;
  /// How long a plugin has after SIGTERM until SIGKILL.
  std::chrono::nanoseconds grace = std::chrono::seconds{1};

  std::size_t size() const override { return commands.size(); }
  std::vector<std::string> columns() const override;
  option_values asked() const override;
};

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
