#include "cli/duration_option.hpp"

#include "core/duration_text.hpp"

#include <CLI/CLI.hpp>

namespace muster {

CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::nanoseconds least,
                          std::function<void(std::chrono::nanoseconds)> use,
                          const std::string& description, std::chrono::nanoseconds most) {
  auto parse = [name, least, most, use = std::move(use)](const std::string& text) {
    const auto value = parse_duration(text);
    if (!value) throw CLI::ValidationError{name, value.error().message};
    if (*value < least) throw CLI::ValidationError{name, "'" + text + "' is too short"};
    if (*value > most) {
      throw CLI::ValidationError{name,
                                 "'" + text + "' is too long; the most is " + duration_text(most)};
    }
    use(*value);
  };
  return command.add_option_function<std::string>(name, parse, description)->option_text("TIME");
}

}  // namespace muster
