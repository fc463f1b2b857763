#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace muster {

/// When the arguments (in reverse, as the parser wants them) hold an option of another runner of
/// commands, such as `-j4`, `-ThrottleLimit` or `--keep-order`, which `run` does not have: a
/// message that names it and what does the same here. Otherwise empty.
std::string explain_foreign_option(const CLI::App& run, const std::vector<std::string>& arguments);

}  // namespace muster
