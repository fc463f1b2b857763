#pragma once

#include "cli/foreign_option_tables.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace muster {

/// One of muster's commands: how it is called, what it may be told, and what it does then. Each is
/// in the folder of its name.
class command {
 public:
  using words = std::vector<std::string>;

  virtual ~command() = default;

  virtual const char* name() const = 0;
  virtual const char* summary() const = 0;
  /// Adds its options to its part of the parser; parsing fills in what they are read into.
  virtual void add_options(CLI::App& parser) = 0;
  /// What stands behind `--` is not parsed, but its own.
  virtual bool takes_rest() const { return false; }
  /// What is wrong with words that are about to be parsed; empty if nothing is.
  virtual std::string check(const CLI::App& parser, const words& typed) const;
  /// Takes what stands behind `--`, before the others are parsed.
  virtual void take_rest(words rest);
  /// All of its words have been parsed. Says what is wrong with them together, and nothing when
  /// nothing is.
  virtual std::string parsed();
  /// Options that other tools have for what it does.
  virtual std::span<const foreign_option> foreign_options() const { return {}; }
  /// Does it. `typed` is the whole command line. Returns the exit code.
  virtual int run(const words& typed) = 0;
};

/// The table of them, in the order of the help.
std::vector<std::unique_ptr<command>> all_commands();

/// The command that targets alone stand for.
inline constexpr std::string_view default_command = "sweep";

}  // namespace muster
