#pragma once

#include "muster/probe_kind.hpp"
#include "muster/probe_plan.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// An option that was given, and that only probes of some kinds have.
struct kind_option {
  std::vector<probe_kind> kinds;
  std::string heading;  ///< What people call these kinds.
  std::string name;
};

/// Adds the options that ask for probes, as each kind describes them; `in_stages`: and `--then`
/// between stages.
void add_asking_options(CLI::App& command, bool in_stages);
/// Reads those of a command line that has been parsed into a plan that has read all others.
void read_asked(const CLI::App& command, probe_plan& plan);
/// Adds those that say how probes are made, in a group for each kind.
void add_making_options(CLI::App& command, probe_plan& plan);

/// Those of a command line that has been parsed: the heading that they have in the help is their
/// kind.
std::vector<kind_option> given_kind_options(const CLI::App& command);

/// A line for each kind of which options were given for nothing, as there was none of its probes.
std::vector<std::string> explain_idle(std::vector<kind_option> given,
                                      const std::function<bool(probe_kind)>& has_probes);

}  // namespace muster
