#include "cli/suggestion.hpp"

#include "core/nearest_word.hpp"
#include "core/parsed.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster {
namespace {

void collect_options(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string& name : option->get_snames())
      names.push_back("-" + name);
  }
  for (const CLI::App* group : app.get_subcommands({})) {
    if (group->get_name().empty() || group->get_group().empty()) collect_options(*group, names);
  }
}

std::string message(const std::string& kind, const std::string& wrong,
                    const std::vector<std::string>& names) {
  std::string text = "there is no " + kind + " " + wrong;
  const std::string better = nearest_word(wrong, names);
  return better.empty() ? text : text + "; did you mean " + better + "?";
}

}  // namespace

std::string explain_command(const std::string& wrong, const std::vector<std::string>& commands) {
  if (!nearest_word(wrong, commands).empty()) return message("command", wrong, commands);
  return fmt::format(
      "there is no command {0}; there are {1}; to probe a host of that name: muster "
      "sweep {0}",
      excerpt(wrong), fmt::join(commands, ", "));
}

std::string suggest_option(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> commands;
  for (const CLI::App* one : app.get_subcommands({}))
    commands.push_back(one->get_name());
  if (arguments.empty()) return {};
  const std::string& first = arguments.back();
  const CLI::App* command = &app;
  if (!first.starts_with('-') && !commands.empty()) {
    const auto named = std::find(commands.begin(), commands.end(), first);
    if (named == commands.end()) return explain_command(first, commands);
    command = app.get_subcommand(first);
  }
  std::vector<std::string> names;
  collect_options(*command, names);
  std::vector<std::string> verbs;
  for (const CLI::App* verb : command->get_subcommands({})) {
    if (command == &app || verb->get_name().empty()) continue;
    verbs.push_back(verb->get_name());
    collect_options(*verb, names);
  }
  if (!verbs.empty() && arguments.size() > 1) {
    const std::string& second = arguments[arguments.size() - 2];
    const bool is_verb = std::find(verbs.begin(), verbs.end(), second) != verbs.end();
    if (!second.starts_with('-') && !is_verb) return message("verb", second, verbs);
  }
  for (auto one = arguments.rbegin(); one != arguments.rend() && *one != "--"; ++one) {
    const std::string name = one->substr(0, one->find('='));
    if (!name.starts_with("--") || std::find(names.begin(), names.end(), name) != names.end()) {
      continue;
    }
    return message("option", name, names);
  }
  return {};
}

}  // namespace muster
