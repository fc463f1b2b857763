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

/// That there is no such command: the nearest one or, if none is near, all of them.
std::string explain_command(const std::string& wrong, const std::vector<std::string>& commands);

}  // namespace muster
