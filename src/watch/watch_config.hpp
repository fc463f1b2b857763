#pragma once

#include "muster/probe_options.hpp"
#include "muster/probe_plan.hpp"
#include "watch/config_node.hpp"
#include "watch/watch_plan.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace muster {

/// What a configuration asks of some targets.
struct configured_checks {
  std::shared_ptr<const check_group> group;
  std::vector<std::string> targets;  ///< As arguments of a command are.
  std::vector<std::string> files;    ///< Of targets, or directories of such files.
  /// What each target is asked, by the name of that.
  std::vector<std::pair<std::string, std::shared_ptr<const probe_plan>>> probes;
  std::optional<std::chrono::nanoseconds> timeout;
};

/// What a configuration says.
struct watch_config {
  std::vector<configured_checks> checks;
};

/// A configuration, or what is wrong with it: everything at once, so that nobody has to come back
/// for each.
struct read_config {
  watch_config config;
  std::vector<config_problem> problems;
};

/// Reads a configuration in YAML. `name`: what its problems call it.
read_config read_watch_config(const std::string& name, const std::string& text);
/// The same of a file. That it can't be read is a problem, too.
read_config read_watch_config(const std::string& path);

}  // namespace muster
