#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// Adds --json, --csv and -o, with what is said of the last.
void add_format_options(CLI::App& command, bool& json, bool& csv, std::vector<std::string>& files,
                        const std::string& description);

}  // namespace muster
