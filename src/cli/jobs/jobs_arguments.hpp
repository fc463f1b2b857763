#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

enum class jobs_verb : std::uint8_t { list, wait, receive, stop, remove, resume };

/// What the command line of `muster jobs` says.
struct jobs_arguments {
  jobs_verb verb = jobs_verb::list;
  std::vector<std::string> names;  ///< Of `list` and `wait`, none for all.
  bool any = false;
  std::optional<std::chrono::nanoseconds> timeout;
  bool keep = false;
  bool force = false;
  bool json = false;
  bool csv = false;
  bool parse_json = false;
  std::string state_directory;  ///< Empty for the usual place.
};

/// Adds the options of `muster jobs` and its verbs to its subcommand; parsing fills in `into`,
/// which outlives it.
void add_jobs_options(CLI::App& command, jobs_arguments& into);

}  // namespace muster
