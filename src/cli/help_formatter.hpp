#pragma once

#include <string>
#include <utility>

#include <CLI/CLI.hpp>

namespace muster {

/// Help as a person wants it: what an option is called, what goes with it, what it does. What it
/// excludes and what ranges it takes are said when it matters, in the error message.
class help_formatter final : public CLI::Formatter {
 public:
  help_formatter() { column_width(30); }

  /// Ends with its last line: not every release of CLI11 has the same empty ones behind that.
  std::string make_help(const CLI::App* command, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string help = CLI::Formatter::make_help(command, std::move(name), mode);
    return help.substr(0, help.find_last_not_of('\n') + 1) + '\n';
  }
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    const std::string name = CLI::Formatter::make_option_name(option, positional);
    return name.substr(0, name.find('{'));
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string& text = option->get_option_text();
    if (text.empty() || text.front() == '[') return text;
    return ' ' + text;
  }
};

}  // namespace muster
