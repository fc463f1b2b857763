#pragma once

#include "cli/commands.hpp"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace muster {

/// What muster understands, and after `parse` what it was told.
class command_parser {
 public:
  using words = command::words;

  command_parser();
  /// Throws CLI::ParseError.
  void parse(const words& typed);
  /// After `parse`: the command that was named.
  command& chosen() const;

  CLI::App& parser() { return app_; }
  /// Says on standard error what was wrong with what `parse` was given; returns the exit code.
  int complain(const CLI::ParseError& error) const;

 private:
  struct entry {
    std::unique_ptr<command> what;
    CLI::App* parser;
    bool has_options = false;  ///< They take longer to describe than most runs to begin.
  };
  const entry* find(const std::string& name) const;
  const CLI::App& add_options(entry& to);

  CLI::App app_;
  std::vector<entry> commands_;
  words options_;  // as they were parsed, the last one first, as CLI11 wants them
};

}  // namespace muster
