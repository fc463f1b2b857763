#include "cli/text_option.hpp"

#include "core/parsed.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {

CLI::Option* add_text(CLI::App& command, const std::string& name,
                      const std::function<void(const std::string&)>& use,
                      const std::string& description, const std::string& form) {
  return command.add_option_function<std::string>(name, use, description)->option_text(form);
}

CLI::Option* add_filled(CLI::App& command, const std::string& name, std::string& into,
                        const std::string& description, const std::string& form) {
  const std::string called = name.substr(0, name.find(','));
  return add_text(
      command, name,
      [&into, called, form](const std::string& text) {
        if (text.empty()) reject(called, text, "is empty; leave it out, or write a " + form);
        into = text;
      },
      description, form);
}

void let_the_last_one_win(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() == 1) option->take_last();
  }
}

void name_values(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (!option->get_option_text().empty()) option->type_name(option->get_option_text());
  }
  for (CLI::App* verb : command.get_subcommands({}))
    name_values(*verb);
}

void reject(const std::string& option, std::string_view text, std::string_view remedy) {
  throw CLI::ValidationError{option, fmt::format("'{}' {}", excerpt(text), remedy)};
}

}  // namespace muster
