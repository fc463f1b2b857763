#pragma once

#include "muster/probe_options.hpp"
#include "muster/probe_plan.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace CLI {
class App;
}

namespace muster {

/// Where the options of a command go that say what is asked of targets, and how.
struct probe_settings {
  probe_options& probe;
  probe_plan& plan;
  double& rate;
  std::size_t& per_host_max;
  std::size_t& processes_max;
  std::optional<std::chrono::nanoseconds>& deadline;
};

/// Adds the options that ask for probes, and those that say how probes are made. `in_stages`: one
/// stage after the other, with `--then` between them.
void add_probe_options(CLI::App& command, const probe_settings& into, bool in_stages);
/// Adds the options that say how names are looked up.
void add_name_options(CLI::App& command, probe_options& into);
/// Adds the options that limit all probes.
void add_limit_options(CLI::App& command, const probe_settings& into);
/// Reads of a command line that has been parsed what depends on several of these options.
void read_probe_options(const CLI::App& command, const probe_settings& into);

}  // namespace muster
