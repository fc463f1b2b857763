#include "cli/format_options.hpp"

#include <CLI/CLI.hpp>

namespace muster {

void add_format_options(CLI::App& command, bool& json, bool& csv, std::vector<std::string>& files,
                        const std::string& description) {
  auto* as_json = command.add_flag("--json", json, "JSON lines instead of text");
  command.add_flag("--csv", csv, "CSV instead of text")->excludes(as_json);
  command.add_option("-o,--output", files, description)
      ->option_text("FILE")
      ->allow_extra_args(false);
}

}  // namespace muster
