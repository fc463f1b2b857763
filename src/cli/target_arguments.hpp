#pragma once

#include "muster/target_stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// What a command line says about targets.
struct target_arguments {
  std::vector<std::string> targets;
  std::vector<std::string> input_files;
  std::vector<std::string> excludes;
  std::vector<std::string> exclude_files;
  bool all_addresses = false;
  bool strict = false;
  input_format format = input_format::automatic;
  bool randomize = false;
  std::optional<std::uint64_t> seed;
  target_shard shard;
  bool dedupe = false;
  bool any_line = false;                  ///< Every line is a target as it is.
  bool nul_ended = false;                 ///< Lines end in NUL.
  bool keep_columns = false;              ///< Of rows, for commands.
  std::vector<std::string> kept_columns;  ///< The same, of these names only.
};

/// Adds the options that say which targets there are.
void add_target_options(CLI::App& command, target_arguments& into);
/// Adds the options that say in which order they come, and which part of them.
void add_order_options(CLI::App& command, target_arguments& into);
/// What is wrong with them together; empty when nothing is.
std::string check_order(const target_arguments& arguments);

}  // namespace muster
