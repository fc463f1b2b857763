#include "cli/foreign_options.hpp"

#include "cli/foreign_option_tables.hpp"
#include "core/ascii.hpp"

#include <iterator>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

using table = std::span<const foreign_option>;

// So short, small letters and capitals are different options.
constexpr std::size_t short_name_max = 3;

std::string_view find(table known, std::string_view name) {
  if (name.empty() || name.find(' ') != name.npos) return {};
  for (const auto& [names, advice] : known) {
    for (std::size_t at = names.find(name); at != names.npos; at = names.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      const bool is_whole =
          (at == 0 || names[at - 1] == ' ') && (end == names.size() || names[end] == ' ');
      if (is_whole) return advice;
    }
  }
  return {};
}

/// Without dashes and value.
std::string_view name_in(std::string_view argument) {
  const std::size_t dashes = argument.starts_with("--") ? 2 : 1;
  return argument.substr(dashes, argument.find('=') - dashes);
}

/// Nothing when there is none for this word of a command line as a whole.
std::string_view advice_for_whole(table known, std::string_view argument) {
  const std::string_view name = name_in(argument);
  if (name.size() <= short_name_max) return find(known, name);
  return find(known, lowered(name));
}

/// Likewise, also with its value behind it, as in -j4.
std::string_view advice_for(table known, std::string_view argument) {
  const std::string_view advice = advice_for_whole(known, argument);
  if (!advice.empty() || argument.starts_with("--")) return advice;
  return find(known, name_in(argument).substr(0, 1));
}

/// Whether a word stands behind an option that takes it for its value.
bool is_value(const CLI::App& command, const std::string& before) {
  if (!before.starts_with('-') || before.find('=') != before.npos) return false;
  const CLI::Option* option = command.get_option_no_throw(before);
  return option != nullptr && option->get_items_expected_min() > 0;
}

std::string message(std::string_view name, std::string_view advice) {
  return fmt::format("there is no option {}; {}", name, advice);
}

}  // namespace

std::string explain_foreign_option(table known, const CLI::App& command,
                                   const std::vector<std::string>& arguments) {
  for (auto one = arguments.rbegin(); one != arguments.rend(); ++one) {
    if (one->size() < 2 || one->front() != '-') continue;
    const std::string_view advice = advice_for(known, *one);
    const std::string name = one->substr(0, one->find('='));
    const bool is_long = name.starts_with("--");
    if (advice.empty() || command.get_option_no_throw(is_long ? name : name.substr(0, 2))) continue;
    return message(name, advice);
  }
  return {};
}

std::string explain_disguised_option(const CLI::App& sweep,
                                     const std::vector<std::string>& arguments) {
  for (auto one = arguments.rbegin(); one != arguments.rend(); ++one) {
    if (one->size() < 3 || one->front() != '-' || (*one)[1] == '-') continue;
    if (one != arguments.rbegin() && is_value(sweep, *std::prev(one))) continue;
    const std::string name = one->substr(0, one->find('='));
    const std::string_view advice = advice_for_whole(foreign_options_of_sweep(), *one);
    if (advice.empty() && sweep.get_option_no_throw('-' + name)) {
      return fmt::format("there is no option {0}; write -{0}, with two dashes", name);
    }
    // Of what does not look like one of its own, the parser tells by itself.
    if (!advice.empty() && sweep.get_option_no_throw(name.substr(0, 2)))
      return message(name, advice);
  }
  return {};
}

}  // namespace muster
