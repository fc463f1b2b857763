#include "cli/jobs/jobs_arguments.hpp"

#include "cli/duration_option.hpp"
#include "cli/run/run_arguments.hpp"
#include "cli/text_option.hpp"

#include <CLI/CLI.hpp>

namespace muster {
namespace {

CLI::App& add_verb(CLI::App& command, jobs_arguments& into, jobs_verb verb, const char* name,
                   const char* description) {
  CLI::App& added = *command.add_subcommand(name, description);
  added.callback([&into, verb] { into.verb = verb; });
  added.fallthrough();
  return added;
}

void add_names(CLI::App& verb, jobs_arguments& into, bool needed) {
  auto* names = verb.add_option("NAME", into.names,
                                needed ? "The jobs" : "The jobs; without any, all of them");
  names->option_text(" ");
  if (needed) names->required();
}

void add_receive(CLI::App& command, jobs_arguments& into) {
  CLI::App& receive = add_verb(command, into, jobs_verb::receive, "receive",
                               "Print the results that there are so far, and forget them");
  add_names(receive, into, true);
  receive.add_flag("--keep", into.keep, "Don't forget them");
  auto* json = receive.add_flag("--json", into.json, "JSON lines instead of the commands' output");
  receive.add_flag("--csv", into.csv, "CSV instead of it")->excludes(json);
  add_output_parser(receive, into.parse_json);
}

void add_wait(CLI::App& command, jobs_arguments& into) {
  CLI::App& wait = add_verb(command, into, jobs_verb::wait, "wait",
                            "Wait until jobs have ended; the exit status is theirs");
  add_names(wait, into, false);
  wait.add_flag("--any", into.any, "Until one of them has ended, whose name is printed");
  add_duration(
      wait, "-t,--timeout", std::chrono::nanoseconds{0},
      [&into](std::chrono::nanoseconds value) { into.timeout = value; },
      "Wait no longer; then the exit status is 124 (unlimited)");
}

constexpr const char* examples =
    "Examples:\n"
    "  muster run --detach --name scan -iL hosts -- ssh {} uptime\n"
    "  muster jobs                        which jobs there are, and how they are getting on\n"
    "  muster jobs receive scan --json    the results so far\n"
    "  muster jobs wait scan -t 10m       until it has ended\n"
    "  muster jobs resume scan            after failures, a stop or a crash: the rest\n"
    "\n"
    "Exit status: 0 success; of wait, what the job's was; 2 bad usage, 3 could not do it,\n"
    "124 time is up. Everything else: docs/jobs.md";

}  // namespace

void add_jobs_options(CLI::App& command, jobs_arguments& into) {
  command.require_subcommand(0, 1);
  command.add_flag("--json", into.json, "A JSON line for each job instead of a table");
  add_state_directory(command, into.state_directory);
  add_verb(command, into, jobs_verb::list, "list", "Show the jobs there are; the default");
  add_wait(command, into);
  add_receive(command, into);
  add_names(add_verb(command, into, jobs_verb::stop, "stop", "Stop jobs as Ctrl-C does"), into,
            true);
  CLI::App& remove =
      add_verb(command, into, jobs_verb::remove, "remove", "Remove jobs with their results");
  add_names(remove, into, true);
  remove.add_flag("--force", into.force, "Stop those that run");
  add_names(add_verb(command, into, jobs_verb::resume, "resume",
                     "Run what has not succeeded: what failed, and what is left\nafter a stop, a "
                     "crash or a reboot"),
            into, true);
  name_values(command);
  command.footer(examples);
}

}  // namespace muster
