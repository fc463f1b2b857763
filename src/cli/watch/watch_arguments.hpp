#pragma once

#include "cli/kind_options.hpp"
#include "cli/target_arguments.hpp"
#include "watch/watch_plan.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// What the command line of `muster watch` says.
struct watch_arguments : target_arguments {
  /// How probes are made; its checks are not there yet, and its `common` is what targets of the
  /// command line are asked.
  watch_plan plan;
  /// What checks of the command line have in common.
  check_group group;
  bool has_group_options = false;
  std::optional<std::chrono::nanoseconds> deadline;
  bool check_config = false;
  bool json = false;
  bool csv = false;
  bool all = false;
  bool quiet = false;
  std::vector<std::string> output_files;
  std::vector<kind_option> kind_options;
};

/// Adds the options of `muster watch` to its subcommand; parsing fills in `into`, which outlives
/// it.
void add_watch_options(CLI::App& command, watch_arguments& into);

/// The configuration that is named in place of targets: its last letters are .yml or .yaml. Empty
/// where there is none.
std::string configuration_of(const watch_arguments& arguments);

}  // namespace muster
