#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// When the arguments (in reverse, as the parser wants them) hold an option or a command that does
/// not exist: a message naming it, with the nearest one that does. Otherwise empty.
std::string suggest_option(const CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace muster
