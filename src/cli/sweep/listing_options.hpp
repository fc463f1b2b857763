#pragma once

#include "cli/sweep/sweep_arguments.hpp"

namespace CLI {
class App;
}

namespace muster {

/// Adds the options that decide which results are listed, and what is said at the end.
void add_listing_options(CLI::App& command, sweep_arguments& into);

}  // namespace muster
