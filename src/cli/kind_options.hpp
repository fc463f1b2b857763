#pragma once

#include "muster/probe_kind.hpp"
#include "muster/statistics.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// An option that was given, and that only probes of one kind have.
struct kind_option {
  probe_kind kind;
  std::string heading;  ///< What people call this kind.
  std::string name;
};

/// Those of a command line that has been parsed: the heading that they have in the help is their
/// kind.
std::vector<kind_option> given_kind_options(const CLI::App& command);

/// A line for each kind of which options were given for nothing, as there was no such probe.
std::vector<std::string> explain_idle(const std::vector<kind_option>& given,
                                      const statistics& totals);

}  // namespace muster
