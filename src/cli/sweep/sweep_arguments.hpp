#pragma once

#include "cli/kind_options.hpp"
#include "cli/target_arguments.hpp"
#include "muster/sink.hpp"
#include "muster/sweep.hpp"

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// What the command line of `muster sweep` says.
struct sweep_arguments : target_arguments {
  std::string command;  ///< The command line itself, as a shell would take it.
  std::vector<std::string> output_files;
  std::string title;  ///< Of the page; empty for its usual one.
  bool json = false;
  bool csv = false;
  unsigned quiet = 0;  ///< From 2 on, the summary is for when something is wrong only.
  bool show_all = false;
  std::optional<std::bitset<status_count>> only;  ///< The status words that are listed.
  std::string summary_file;                       ///< Empty when there is to be none.
  bool no_progress = false;
  std::string checkpoint_file;  ///< Empty when there are to be no checkpoints.
  std::chrono::nanoseconds checkpoint_interval = std::chrono::seconds{5};
  std::string resume_file;        ///< Empty when nothing is gone on with.
  std::optional<bool> map;        ///< Unless said, where it fits.
  std::optional<bool> histogram;  ///< The same.
  std::vector<kind_option> kind_options;
  sweep_options sweep;
};

/// Adds the options of `muster sweep` to its subcommand; parsing fills in `into`, which outlives
/// it.
void add_sweep_options(CLI::App& command, sweep_arguments& into);

}  // namespace muster
