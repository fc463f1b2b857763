#include "cli/suggestion.hpp"

#include "core/parsed.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster {
namespace {

/// How many letters have to be added, dropped, changed or swapped with the next one, none of them
/// twice (Damerau's distance).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::vector<std::size_t> next(b.size() + 1, i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = row[j] + (a[i] == b[j] ? 0 : 1);
      next[j + 1] = std::min({next[j] + 1, row[j + 1] + 1, change});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) next[j + 1] = std::min(next[j + 1], before[j - 1] + 1);
    }
    before = std::move(row);
    row = std::move(next);
  }
  return row[b.size()];
}

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

std::string nearest(std::string_view wrong, const std::vector<std::string>& names) {
  std::string best;
  // Who stops in the middle of a name means that one.
  for (const std::string& name : names) {
    const bool goes_on = wrong.size() > 3 && name.starts_with(wrong);
    if (goes_on && (best.empty() || name.size() < best.size())) best = name;
  }
  if (!best.empty()) return best;
  std::size_t best_distance = std::max<std::size_t>(wrong.size() / 3, 1) + 1;
  for (const std::string& name : names) {
    const std::size_t far = distance(wrong, name);
    if (far < best_distance) {
      best_distance = far;
      best = name;
    }
  }
  return best;
}

std::string message(const std::string& kind, const std::string& wrong,
                    const std::vector<std::string>& names) {
  std::string text = "there is no " + kind + " " + wrong;
  const std::string better = nearest(wrong, names);
  return better.empty() ? text : text + "; did you mean " + better + "?";
}

}  // namespace

std::string explain_command(const std::string& wrong, const std::vector<std::string>& commands) {
  if (!nearest(wrong, commands).empty()) return message("command", wrong, commands);
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
