#include "cli/run/command_check.hpp"

#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "command/command_template.hpp"
#include "core/parsed.hpp"
#include "muster/printable.hpp"
#include "muster/process.hpp"
#include "process/interpreter.hpp"
#include "process/program_path.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t said_bytes_max = 256;

std::string explain(int error) { return std::generic_category().message(error); }

void check_directory(const std::string& path) {
  struct stat about {};
  int error = ::stat(path.c_str(), &about) == 0 ? 0 : errno;
  if (error == 0 && !S_ISDIR(about.st_mode)) error = ENOTDIR;
  if (error == 0 && ::access(path.c_str(), X_OK) != 0) error = errno;
  if (error == 0) return;
  throw usage_error{fmt::format("--cwd: can't run anything in {}: {}", path, explain(error))};
}

command_template template_of(const run_options& run) {
  command_template_options options;
  options.shell = run.shell;
  options.to_input = run.targets_to_input;
  options.syntax.target = run.replace;
  return {run.command, options};
}

/// Has the shell read a script without running it. A placeholder in it is a word like others.
void check_script(const char* option, const std::string& text) {
  if (text.empty()) return;
  process_result read;
  asio::io_context context{1};
  // A blank before it keeps a dash from making it an option.
  asio::co_spawn(
      context, run_process({"/bin/sh", "-n", "-c", ' ' + text}),
      [&read](const std::exception_ptr&, process_result result) { read = std::move(result); });
  context.run();
  if (read.status != status::mismatch || read.errors.empty()) return;
  std::string said;
  append_printable(said, read.errors.substr(0, read.errors.find('\n')), said_bytes_max);
  throw usage_error{fmt::format("{}: the shell can't read the script: {}", option, said)};
}

/// It is looked for as execvp(3) does, a path as seen from `directory`.
program_paths::found find_program(const std::string& name, const std::string& directory) {
  if (name.find('/') == name.npos) return program_paths{}.find(name);
  std::string path = seen_from(directory, name);
  const int error = check_program(path);
  return {std::move(path), error};
}

}  // namespace

void check_command(const run_arguments& arguments) {
  const run_options& run = arguments.run;
  const std::string& directory = run.process.directory;
  // What muster itself finds wrong with a script, it can say better.
  if (run.shell && !run.command.empty()) check_script("--shell", template_of(run).text());
  check_script("--begin", arguments.begin_command);
  check_script("--end", arguments.end_command);
  check_script("--finally", arguments.finally_command);
  if (run.dry_run || run.command.empty()) return;
  if (!directory.empty()) check_directory(directory);
  const std::string& program = run.command.front();
  const bool has_target = !run.replace.empty() && program.find(run.replace) != program.npos;
  const bool is_placed = has_target || program.find('{') != program.npos;
  const bool may_come = !arguments.begin_command.empty() || is_placed;
  if (run.shell || may_come) return;
  const auto [path, error] = find_program(program, directory);
  const std::string shown = excerpt(program);
  if (error == 0) {
    const auto fault = find_interpreter_fault(path, directory);
    if (!fault) return;
    throw usage_error{fmt::format("can't run {}: {}", shown, describe(*fault))};
  }
  if (error == EACCES) {
    throw usage_error{
        fmt::format("{} may not be executed; name a program, or make it one: chmod +x", shown)};
  }
  if (error == ENOENT && program.find('/') == program.npos) {
    throw usage_error{fmt::format(
        "there is no program '{}' in PATH; is it installed, or did you mean --shell?", shown)};
  }
  throw usage_error{fmt::format("can't run {}: {}", shown, explain(error))};
}

void mention_idle_defaults(const run_arguments& arguments) {
  const run_options& run = arguments.run;
  if (run.defaults.empty() || run.command.empty()) return;
  const command_template command = template_of(run);
  std::vector<std::string> asked = command.columns();
  asked.insert(asked.end(), {run.group_column, "timeout"});
  if (command.text().find("{port}") != std::string::npos) asked.push_back("port");
  for (const column_default& one : run.defaults) {
    const auto is_it = [&one](const std::string& name) { return is_same_column(name, one.column); };
    if (std::ranges::any_of(asked, is_it)) continue;
    say(fmt::format("--default: nothing asks for {}: there is no {{{}}} in the command", one.column,
                    one.column));
  }
}

}  // namespace muster
