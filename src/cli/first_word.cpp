#include "cli/first_word.hpp"

#include "cli/suggestion.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

/// Whether a word can be nothing but targets. A bare word may be a mistyped command, or one of
/// another version, and is not sent packets for that; localhost is no command anywhere.
bool is_target(std::string_view word) {
  if (word == "localhost" || word == "-") return true;
  return !word.starts_with('-') && word.find_first_of(".:/[") != word.npos;
}

bool is_option(const CLI::App& sweep, const std::string& word) {
  if (word.starts_with("--")) return sweep.get_option_no_throw(word.substr(0, word.find('=')));
  return word.starts_with("-iL") ||
         (word.size() > 1 && sweep.get_option_no_throw(word.substr(0, 2)));
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* one : app.get_subcommands({}))
    names.push_back(one->get_name());
  return names;
}

/// Whether words that begin with an option are for a sweep: it is one of a sweep's, or one that
/// nobody knows, of which the sweep's own parser can tell the most if they name targets.
bool is_sweep(const CLI::App& sweep, const std::vector<std::string>& words) {
  return is_option(sweep, words.front()) || std::ranges::any_of(words, is_target);
}

/// The command that stands behind options; empty when there is none. What comes after a `--` is
/// somebody else's.
std::string_view late_command(const std::vector<std::string>& words,
                              const std::vector<std::string>& commands) {
  const auto end = std::ranges::find(words, "--");
  const auto found = std::find_first_of(words.begin(), end, commands.begin(), commands.end());
  return found == end ? std::string_view{} : *found;
}

}  // namespace

std::vector<std::string> with_command(const CLI::App& app,
                                      const std::function<const CLI::App&()>& sweep,
                                      std::vector<std::string> words) {
  constexpr std::array own{"-h", "--help", "--version"};
  if (words.empty() || std::ranges::find(own, words.front()) != own.end()) return words;
  const auto commands = names_of_commands(app);
  if (words.front() == "help") {
    words.erase(words.begin());
    if (!words.empty() && std::ranges::find(commands, words.front()) == commands.end()) {
      throw CLI::ParseError{explain_command(words.front(), commands), CLI::ExitCodes::ExtrasError};
    }
    words.emplace_back("--help");
  } else if (is_target(words.front())) {
    words.insert(words.begin(), "sweep");
  } else if (words.front().starts_with('-') && is_sweep(sweep(), words)) {
    if (const std::string_view command = late_command(words, commands); !command.empty()) {
      throw CLI::ParseError{fmt::format("the command comes first: muster {0} {1} …; for a target "
                                        "called {0}, write muster sweep",
                                        command, words.front()),
                            CLI::ExitCodes::ExtrasError};
    }
    words.insert(words.begin(), "sweep");
  }
  return words;
}

}  // namespace muster
