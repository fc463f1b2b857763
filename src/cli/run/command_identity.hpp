#pragma once

#include "cli/run/run_arguments.hpp"

#include <string>

namespace muster {

/// What tells the work of one run from that of another, as a shell would take it: the options that
/// change what is run for a target, `--`, and the words of the command. Values of environment
/// variables may be secrets, so of those there is only a hash.
std::string command_identity(const run_arguments& arguments);

}  // namespace muster
