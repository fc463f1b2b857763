#include "cli/exit_code.hpp"
#include "cli/help_formatter.hpp"
#include "cli/run_command.hpp"
#include "cli/standard_streams.hpp"
#include "cli/suggestion.hpp"
#include "cli/sweep_arguments.hpp"
#include "cli/sweep_command.hpp"
#include "core/shell_words.hpp"
#include "muster/version.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace {

// nmap's users type -iL, which no option parser takes for one option.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {  // CLI11 wants them reversed
    std::string_view one = argv[i];
    arguments.emplace_back(one == "-iL" ? "--input-file" : one);
  }
  return arguments;
}

/// Where `--` stands; `argc` where it doesn't.
int command_start(int argc, char** argv) {
  int i = 1;
  while (i < argc && std::string_view{argv[i]} != "--")
    ++i;
  return i;
}

constexpr std::size_t command_bytes_max = 4096;

/// The command line, such that a shell would read the same words.
std::string command_text(int argc, char** argv) {
  std::string text = "muster";
  for (int i = 1; i < argc && text.size() < command_bytes_max; ++i) {
    text += ' ';
    muster::append_shell_word(text, argv[i]);
  }
  return text;
}

int complain(const CLI::App& app, const CLI::ParseError& error,
             const std::vector<std::string>& arguments) {
  std::string message = error.what();
  if (const std::string better = muster::suggest_option(app, arguments); !better.empty()) {
    message = better;
  }
  const CLI::App* command = &app;
  if (!app.get_subcommands().empty()) command = app.get_subcommands().front();
  std::string help = "muster";
  if (command != &app) help += " " + command->get_name();
  std::fprintf(stderr, "muster: %s\n  see %s --help\n", message.c_str(), help.c_str());
  return muster::exit_code::usage;
}

}  // namespace

int main(int argc, char** argv) {
  muster::claim_standard_streams();
  CLI::App app{
      "muster calls the roll of a network: ICMP, TCP and HTTP probes of very many targets,\n"
      "and any command for each of them."};
  app.name("muster");
  app.set_version_flag("--version", std::string{"muster "} + muster::version);
  app.require_subcommand(1);
  app.formatter(std::make_shared<muster::help_formatter>());
  muster::sweep_arguments sweep;
  CLI::App& sweep_command =
      *app.add_subcommand("sweep", "Probe each target once, stream the results, summarise");
  muster::add_sweep_options(sweep_command, sweep);

  muster::run_arguments run;
  CLI::App& run_command =
      *app.add_subcommand("run", "Run a command for each target, under the same limits");
  muster::add_run_options(run_command, run);

  // What stands behind -- is the command of `run`, whatever it looks like.
  const int own_argc =
      argc > 1 && std::string_view{argv[1]} == "run" ? command_start(argc, argv) : argc;
  for (int i = own_argc + 1; i < argc; ++i)
    run.run.command.emplace_back(argv[i]);
  const std::vector<std::string> arguments = arguments_of(own_argc, argv);
  try {
    auto remaining = arguments;
    app.parse(std::move(remaining));
  } catch (const CLI::Success& done) {
    const int code = app.exit(done);
    return std::cout.flush() ? code : muster::exit_code::cannot;
  } catch (const CLI::ParseError& error) {
    return complain(app, error, arguments);
  }
  sweep.command = command_text(argc, argv);
  return run_command.parsed() ? muster::run_tasks(run) : muster::run_sweep(sweep);
}
