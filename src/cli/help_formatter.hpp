#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace muster {

/// Help as a person wants it: what an option is called, what goes with it, what it does. What it
/// excludes and what ranges it takes are said when it matters, in the error message.
class help_formatter final : public CLI::Formatter {
 public:
  help_formatter() { column_width(30); }

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
