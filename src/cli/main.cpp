#include "cli/bracketed_words.hpp"
#include "cli/exit_code.hpp"
#include "cli/first_word.hpp"
#include "cli/foreign_options.hpp"
#include "cli/help_formatter.hpp"
#include "cli/jobs_arguments.hpp"
#include "cli/jobs_command.hpp"
#include "cli/run_command.hpp"
#include "cli/say.hpp"
#include "cli/standard_streams.hpp"
#include "cli/stray_arguments.hpp"
#include "cli/suggestion.hpp"
#include "cli/sweep_arguments.hpp"
#include "cli/sweep_command.hpp"
#include "cli/usage_error.hpp"
#include "command/shell_words.hpp"
#include "muster/version.hpp"
#include "net/privileges.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using words = std::vector<std::string>;

/// What muster understands, and after `parse` what it was told.
struct command_line {
  command_line();
  /// Throws CLI::ParseError.
  void parse(const words& typed);

  CLI::App app{
      "muster calls the roll of a network: ICMP, TCP and HTTP probes of very many targets,\n"
      "and any command for each of them. Targets alone are swept: muster 192.0.2.0/24"};
  muster::sweep_arguments sweep;
  muster::run_arguments run;
  muster::jobs_arguments jobs;
  CLI::App* sweep_command = nullptr;
  CLI::App* run_command = nullptr;
  CLI::App* jobs_command = nullptr;
  words options;  ///< As they were parsed, the last one first, as CLI11 wants them.
};

command_line::command_line() {
  app.name("muster");
  app.set_version_flag("--version", std::string{"muster "} + muster::version);
  app.require_subcommand(1);
  app.formatter(std::make_shared<muster::help_formatter>());
  sweep_command =
      app.add_subcommand("sweep", "Probe each target once, stream the results, summarise");
  muster::add_sweep_options(*sweep_command, sweep);
  run_command = app.add_subcommand("run", "Run a command for each target, under the same limits");
  muster::add_run_options(*run_command, run);
  jobs_command = app.add_subcommand("jobs", "Runs that go on by themselves: their state, results");
  muster::add_jobs_options(*jobs_command, jobs);
}

/// What is wrong with a command line, where anything is.
struct explained_error : CLI::ParseError {
  explicit explained_error(std::string message)
      : CLI::ParseError{std::move(message), CLI::ExitCodes::ValidationError} {}
};

void refuse(std::string why) {
  if (!why.empty()) throw explained_error{std::move(why)};
}

/// nmap's users type -iL FILE or -iLFILE, which no option parser takes for one option.
std::string as_option(const std::string& word) {
  constexpr std::string_view list = "-iL";
  if (!word.starts_with(list)) return word;
  return word.size() == list.size() ? "--input-file" : "--input-file=" + word.substr(list.size());
}

/// `--label=` has an empty value, not the next word.
void give_empty_values(const CLI::App& command, words& options) {
  words out;
  for (std::string& one : options) {
    const std::size_t equals = one.find('=');
    const bool is_empty = one.starts_with("--") && equals + 1 == one.size();
    const CLI::Option* const option =
        is_empty ? command.get_option_no_throw(one.substr(0, equals)) : nullptr;
    if (option == nullptr || option->get_expected_max() == 0) {
      out.push_back(std::move(one));
    } else {
      out.push_back(one.substr(0, equals));
      out.emplace_back();
    }
  }
  options = std::move(out);
}

void command_line::parse(const words& typed) {
  const words all = muster::with_command(app, *sweep_command, typed);
  // What stands behind -- is no option, whatever it looks like: the command of `run`, or targets.
  const auto end = std::find(all.begin(), all.end(), "--");
  const words rest{end == all.end() ? end : end + 1, all.end()};
  const bool is_run = !all.empty() && all.front() == "run";
  const bool is_sweep = !all.empty() && all.front() == "sweep";
  if (is_run) run.run.command = rest;
  if (!is_run && !is_sweep) options.assign(all.rbegin(), std::make_reverse_iterator(end));
  std::transform(std::make_reverse_iterator(end), all.rend(), std::back_inserter(options),
                 as_option);
  words remaining{options.rbegin(), options.rend()};
  if (is_run || is_sweep) give_empty_values(is_run ? *run_command : *sweep_command, remaining);
  if (is_run) muster::mark_bracketed_words(*run_command, remaining);
  if (is_sweep) {
    refuse(muster::explain_disguised_option(*sweep_command, options));
    muster::mark_bracketed_words(*sweep_command, remaining);
  }
  std::reverse(remaining.begin(), remaining.end());
  app.parse(std::move(remaining));
  muster::unmark_bracketed_words(sweep.targets);
  muster::unmark_bracketed_words(run.targets);
  if (is_sweep) refuse(muster::explain_stray_argument(sweep.targets));
  if (is_sweep) sweep.targets.insert(sweep.targets.end(), rest.begin(), rest.end());
}

constexpr std::size_t command_bytes_max = 4096;

/// The command line, such that a shell would read the same words.
std::string command_text(const words& all) {
  std::string text = "muster";
  for (const std::string& one : all) {
    if (text.size() >= command_bytes_max) break;
    text += ' ';
    muster::append_shell_word(text, one);
  }
  return text;
}

/// "--job-log: 1 required FILE missing" without what sounds as if there could be more. Behind the
/// value's name there may be what it has to be.
std::string without_count(std::string message) {
  constexpr std::string_view required = ": 1 required ";
  constexpr std::string_view missing = ": a value is missing: ";
  const std::size_t at = message.find(required);
  if (at == message.npos) return message;
  message.replace(at, required.size(), missing);
  const std::size_t end = message.find_first_of(" :", at + missing.size());
  return message.substr(0, end);
}

/// What is wrong with words that name no command.
std::string explain_no_command(const words& options) {
  if (options.empty()) {
    return "which command? There are sweep, run and jobs; targets alone are swept: muster "
           "192.0.2.0/24";
  }
  const std::string& first = options.back();
  const bool asks_version = first == "-V" || first == "-v" || first == "version";
  return fmt::format("there is no option {}{}", first,
                     asks_version ? "; --version tells which version this is" : "");
}

int complain(const command_line& line, const CLI::ParseError& error) {
  std::string message = error.what();
  std::string better;
  if (dynamic_cast<const explained_error*>(&error)) {
    better = message;
  } else if (!line.options.empty() && line.options.back() == "run") {
    better = muster::explain_foreign_option(*line.run_command, line.options);
  } else if (!line.options.empty() && line.options.back() == "sweep") {
    better = muster::explain_foreign_option(*line.sweep_command, line.options);
  }
  if (better.empty()) better = muster::suggest_option(line.app, line.options);
  const bool is_commandless = line.app.get_subcommands().empty();
  if (better.empty() && is_commandless && dynamic_cast<const CLI::RequiredError*>(&error)) {
    better = explain_no_command(line.options);
  }
  if (!better.empty()) message = better;
  if (better.empty() && dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    message = without_count(std::move(message));
  }
  std::string help = "muster";
  for (const CLI::App* command = &line.app; !command->get_subcommands().empty();) {
    command = command->get_subcommands().front();
    help += " " + command->get_name();
  }
  // What is wrong with the words as such is found before they are parsed.
  if (is_commandless && !line.options.empty()) {
    const auto commands = line.app.get_subcommands(
        [&line](const CLI::App* one) { return one->get_name() == line.options.back(); });
    if (!commands.empty()) help += " " + line.options.back();
  }
  muster::announce(fmt::format("{}\n  see {} --help", message, help));
  return muster::exit_code::usage;
}

/// The command line of a job, which was good when the job was made.
muster::run_arguments parse_run(const words& all) {
  command_line line;
  try {
    line.parse(all);
  } catch (const CLI::ParseError& error) {
    throw muster::usage_error{std::string{"this version of muster can't go on with it: "} +
                              error.what()};
  }
  return line.run;
}

int run_or_detach(const command_line& line, const words& all) {
  if (!line.run.detach) return muster::run_tasks(line.run);
  try {
    return muster::start_job(line.run, all);
  } catch (const muster::usage_error& error) {
    muster::say(error.what());
    return muster::exit_code::usage;
  } catch (const std::exception& error) {
    muster::say(error.what());
    return muster::exit_code::cannot;
  }
}

int run_command(int argc, char** argv) {
  muster::claim_standard_streams();
  if (muster::runs_as_another()) {
    muster::say(fmt::format(
        "it is set-user-ID or set-group-ID, and does not run so: whoever may start it could read\n"
        "and write its owner's files. Take the bit away; raw sockets need no more than a "
        "capability:\n"
        "  sudo chmod ug-s {0}\n"
        "  sudo setcap cap_net_raw+ep {0}",
        muster::own_program()));
    return muster::exit_code::cannot;
  }
  const words all(argv + 1, argv + argc);
  command_line line;
  try {
    line.parse(all);
  } catch (const CLI::Success& done) {
    const int code = line.app.exit(done);
    return std::cout.flush() ? code : muster::exit_code::cannot;
  } catch (const CLI::ParseError& error) {
    return complain(line, error);
  }
  if (line.jobs_command->parsed()) return muster::run_jobs(line.jobs, parse_run);
  if (line.run_command->parsed()) return run_or_detach(line, all);
  line.sweep.command = command_text(all);
  return muster::run_sweep(line.sweep);
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run_command(argc, argv);
  muster::standard_error().flush();
  return code;
}
