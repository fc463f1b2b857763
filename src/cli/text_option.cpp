#include "cli/text_option.hpp"

#include "core/parsed.hpp"

#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {

CLI::Option* add_text(CLI::App& command, const std::string& name,
                      std::function<void(const std::string&)> use, const std::string& description,
                      const std::string& form) {
  return command.add_option_function<std::string>(name, std::move(use), description)
      ->option_text(form);
}

void reject(const std::string& option, std::string_view text, std::string_view remedy) {
  throw CLI::ValidationError{option, fmt::format("'{}' {}", excerpt(text), remedy)};
}

}  // namespace muster
