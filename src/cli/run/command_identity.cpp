#include "cli/run/command_identity.hpp"

#include "command/shell_words.hpp"
#include "core/stable_hash.hpp"

#include <string_view>

#include <fmt/format.h>

namespace muster {

std::string command_identity(const run_arguments& arguments) {
  const run_options& run = arguments.run;
  std::string text;
  if (run.shell) text += "--shell ";
  if (!run.replace.empty()) {
    text += "--replace ";
    append_shell_word(text, run.replace);
    text += ' ';
  }
  if (run.targets_to_input) text += "--stdin ";
  if (run.targets_to_input && arguments.nul_ended) text += "--null ";
  for (const std::string& setting : run.process.environment) {
    const std::size_t equals = setting.find('=');
    text += "--env ";
    append_shell_word(text, std::string_view{setting}.substr(0, equals));
    text += fmt::format("=%{:016x} ", stable_hash(std::string_view{setting}.substr(equals + 1)));
  }
  if (!run.process.directory.empty()) {
    text += "--cwd ";
    append_shell_word(text, run.process.directory);
    text += ' ';
  }
  if (run.batch_max > 1) text += fmt::format("--batch {},{} ", run.batch_min, run.batch_max);
  text += "--";
  for (const std::string& word : run.command) {
    text += ' ';
    append_shell_word(text, word);
  }
  return text;
}

}  // namespace muster
