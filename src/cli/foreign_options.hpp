#pragma once

#include "cli/foreign_option_tables.hpp"

#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace muster {

/// When the arguments (in reverse, as the parser wants them) hold one of the options of other
/// tools, such as `-j4` or `--keep-order` for `run`, `-sn` or `--follow-redirects` for `sweep`,
/// which the command does not have: a message that names it and what does the same here. Otherwise
/// empty.
std::string explain_foreign_option(std::span<const foreign_option> known, const CLI::App& command,
                                   const std::vector<std::string>& arguments);

/// The same for what a parser takes for one of sweep's own options and its value: `-oX` for a file
/// called X, `-timeout` for a time called imeout.
std::string explain_disguised_option(const CLI::App& sweep,
                                     const std::vector<std::string>& arguments);

}  // namespace muster
