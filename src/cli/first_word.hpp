#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace muster {

/// The words of a command line with the command that they leave out: `muster 10.0.0.0/24` and
/// `muster --tcp 22 10.0.0.1` sweep, `muster help sweep` is `muster sweep --help`. Throws
/// CLI::ParseError when help is asked for about a command that does not exist. `sweep` gives the
/// parser of that command, with its options, where these have to be known.
std::vector<std::string> with_command(const CLI::App& app,
                                      const std::function<const CLI::App&()>& sweep,
                                      std::vector<std::string> words);

}  // namespace muster
