#include "cli/run/run_arguments.hpp"

#include "cli/number_option.hpp"
#include "cli/run/run_limit_options.hpp"
#include "cli/target_arguments.hpp"
#include "cli/text_option.hpp"
#include "command/column_defaults.hpp"
#include "core/parsed.hpp"
#include "core/whole_number.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

void parse_batch(const std::string& text, run_options& run) {
  const std::size_t comma = text.find(',');
  const std::string_view whole = text;
  std::size_t least = 1;
  std::size_t most = 0;
  const bool good = comma == text.npos ? read_whole(whole, most)
                                       : read_whole(whole.substr(0, comma), least) &&
                                             read_whole(whole.substr(comma + 1), most);
  if (!good || least < 1 || most < least || most > run_options::batch_limit) {
    reject("--batch", text, "is no size of batches; write MAX or MIN,MAX, such as 5,20");
  }
  run.batch_min = least;
  run.batch_max = most;
}

/// `[HOSTS ]COLUMN=VALUE`
column_default parse_default(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0) {
    reject("--default", text, "is no default; write COLUMN=VALUE, or 'HOSTS COLUMN=VALUE'");
  }
  column_default out;
  out.value = text.substr(equals + 1);
  const std::size_t space = text.find_last_of(" \t", equals);
  if (space != text.npos) out.hosts = text.substr(0, text.find_last_not_of(" \t", space) + 1);
  const std::size_t begin = space == text.npos ? 0 : space + 1;
  out.column = text.substr(begin, equals - begin);
  return out;
}

/// A mistake is the option's, not the run's.
void check_defaults(const run_arguments& arguments) {
  for (const column_default& one : arguments.run.defaults) {
    const std::string wrong = one.hosts.empty() || arguments.any_line
                                  ? std::string{}
                                  : column_defaults::wrong_with_hosts(one.hosts);
    if (!wrong.empty()) {
      throw CLI::ValidationError{"--default", fmt::format("'{}': {}", excerpt(one.hosts), wrong)};
    }
    try {
      column_defaults{{one}};
    } catch (const std::invalid_argument& error) {
      throw CLI::ValidationError{"--default", error.what()};
    }
  }
}

void add_command_options(CLI::App& command, run_arguments& into) {
  run_options& run = into.run;
  command.option_defaults()->group("Command");
  command.add_flag("--lines", into.any_line,
                   "Take any line and any argument as a target, as it is");
  command.add_flag("-0,--null", into.nul_ended,
                   "Likewise, and targets end in NUL rather than in a line end, as\n"
                   "find -print0 writes them; with --stdin, so they do for the command");
  add_filled(command, "--replace", run.replace,
             "STR stands for the target in the command, and {} is text", "STR");
  command.add_flag("--shell", run.shell,
                   "The command is a script for /bin/sh; targets are put into\nvariables of it");
  command.add_flag("--stdin", run.targets_to_input,
                   "Give the command its target on standard input");
  command
      .add_option_function<std::vector<std::string>>(
          "--env",
          [&run](const std::vector<std::string>& values) {
            for (const std::string& value : values) {
              if (value.find('=') == value.npos || value.front() == '=') {
                reject("--env", value, "sets nothing; write NAME=VALUE");
              }
            }
            run.process.environment = values;
          },
          "Set an environment variable for the command; repeatable")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
  add_filled(command, "--cwd", run.process.directory, "Run the command in this directory", "DIR");
  command
      .add_option_function<std::vector<std::string>>(
          "--default",
          [&run](const std::vector<std::string>& values) {
            for (const std::string& value : values)
              run.defaults.push_back(parse_default(value));
          },
          "What a column holds for targets that don't say; also\n"
          "'HOSTS COLUMN=VALUE', for a block or a name such as 'web*';\nrepeatable")
      ->option_text("COLUMN=VALUE")
      ->allow_extra_args(false);
  add_text(
      command, "--batch", [&run](const std::string& text) { parse_batch(text, run); },
      "Give a command up to MAX targets, at least MIN unless no more\ncome for a second",
      "MAX|MIN,MAX");
  command.add_flag("--allow-dash", run.allow_dash,
                   "Run the command even if a target would be taken for an option");
  command.add_flag("--dry-run", run.dry_run, "Show the commands; run nothing, and write no file");
}

void add_whole_run_options(CLI::App& command, run_arguments& into) {
  command.option_defaults()->group("Course");
  add_text(
      command, "--refill",
      [&into](const std::string& text) {
        if (text.empty())
          reject("--refill", text, "matches every line; write what new targets are like");
        into.run.refill = text;
      },
      "Lines of output that match are new targets: the first group,\nor all that matched", "REGEX");
  add_filled(command, "--job-log,--joblog", into.job_log,
             "Append a JSON line for each target to FILE", "FILE");
  add_filled(command, "--resume", into.resume_file,
             "Run only what has not succeeded by this job log, and append\nto it", "FILE");
  command.add_flag("--need-targets", into.need_targets,
                   "An empty list is a mistake: exit status 2 rather than 0");
  add_filled(command, "--begin", into.begin_command,
             "Run this script first; if it fails, only --finally", "SCRIPT");
  add_filled(command, "--end", into.end_command, "Run this script when all targets are done",
             "SCRIPT");
  add_filled(command, "--finally", into.finally_command,
             "Run this script last, whatever happened; on Ctrl-C, too", "SCRIPT");
}

void add_output_options(CLI::App& command, run_arguments& into) {
  run_options& run = into.run;
  command.option_defaults()->group("Output");
  auto* json = command.add_flag("--json", into.json, "JSON lines instead of the commands' output");
  auto* csv = command.add_flag("--csv", into.csv, "CSV instead of it");
  csv->excludes(json);
  command.add_flag("--tag", into.tag, "Line by line as it comes, each with its target before it")
      ->excludes(json)
      ->excludes(csv);
  command.add_flag("--ordered", run.ordered,
                   "Report in the order of the targets, not of completion");
  command
      .add_option("-o,--output", into.output_files,
                  "Write results to FILE, too: .jsonl, .csv or .txt; repeatable")
      ->option_text("FILE")
      ->allow_extra_args(false);
  command.add_flag("--merge", run.process.merge_errors,
                   "Standard error of a task goes where its standard output\ngoes, in order");
  add_size(
      command, "--output-max", run.process.output_bytes_max, process_options::output_bytes_limit,
      "Bytes that records of JSON and CSV keep of each output of a\ntask (1MiB); text is whole");
  add_filled(command, "--log-dir", into.log_directory,
             "Write a file for each target in DIR: its output", "DIR");
  add_output_parser(command, into.parse_json);
  command.add_option("--label", into.label, "What the progress line calls the run (run)")
      ->option_text("TEXT");
  command.add_flag("-q,--quiet", into.quiet,
                   "No results, no output of tasks, no progress; the summary stays");
  command.add_flag("--no-progress", into.no_progress, "No progress line on a terminal");
  // Records of a dry run would say that something was run.
  for (const char* other : {"--json", "--csv", "--output"})
    command.get_option("--dry-run")->excludes(command.get_option(other));
}

void add_job_options(CLI::App& command, run_arguments& into) {
  command.option_defaults()->group("Jobs");
  auto* detach = command.add_flag("--detach", into.detach,
                                  "Run on as a job when this terminal is closed, and keep the\n"
                                  "results: see muster jobs");
  auto* name = command.add_option("--name", into.job_name, "What the job is called");
  name->option_text("NAME")->needs(detach);
  detach->needs(name);
  for (const char* other : {"--json", "--csv", "--tag", "--output", "--dry-run"})
    detach->excludes(command.get_option(other));
  add_state_directory(command, into.state_directory);
}

void check_fit(run_arguments& into) {
  run_options& run = into.run;
  if (into.nul_ended) {
    if (into.format == input_format::csv || into.format == input_format::jsonl) {
      throw CLI::ValidationError{"--null", "rows of CSV and JSON end in a line end; leave it out"};
    }
    into.any_line = true;
    run.target_end = '\0';
  }
  check_defaults(into);
  if (into.any_line && into.format == input_format::automatic) into.format = input_format::text;
  // Without that, output that names a target again would go on for ever.
  if (!run.refill.empty()) into.dedupe = true;
  if (into.parse_json && !writes_records(into)) {
    throw CLI::ValidationError{"--parse", "text has no fields; add --json, --csv or -o FILE.jsonl"};
  }
  if (run.batch_max > 1 && (run.per_host_max > 0 || !run.group_column.empty())) {
    throw CLI::ValidationError{
        "--batch",
        "a batch has no host or group of its own; leave out --max-per-host and --group-by"};
  }
  if (!run.group_column.empty() && run.group_max == 0 && run.group_limits.empty()) {
    throw CLI::ValidationError{"--group-by", "no group has a limit; add --group-max N or NAME=N"};
  }
}

constexpr const char* examples =
    "In the command, {} is the target, {host}, {address}, {port} its parts, {#} the task's\n"
    "number, {%} its slot, {NAME} a column of its row of CSV or JSON; without any, the target\n"
    "comes last.\n"
    "\n"
    "Examples:\n"
    "  muster run 192.168.0.0/24 -t 3s -- ping -c1 {}        a process for each address\n"
    "  ls *.log | muster run --lines -- gzip -9 {}           work items rather than hosts\n"
    "  muster run -iL hosts.csv -- ssh -p {port} {host} uptime\n"
    "  muster run -iL hosts --shell -- 'host {} | grep -c has'\n"
    "  muster run -iL urls --lines --json -o all.jsonl -- curl -sS {}\n"
    "\n"
    "Exit status: 0 all succeeded, 1 some failed, 2 bad usage, 3 could not do it,\n"
    "130 interrupted. Everything else: docs/run.md";

}  // namespace

bool writes_records(const run_arguments& arguments) {
  const auto is_records = [](const std::string& path) {
    return !path.ends_with(".txt") && !path.ends_with(".log");
  };
  return arguments.json || arguments.csv ||
         std::any_of(arguments.output_files.begin(), arguments.output_files.end(), is_records);
}

void add_state_directory(CLI::App& command, std::string& into) {
  command
      .add_option("--state-dir", into,
                  "Where jobs are kept ($XDG_STATE_HOME/muster, or\n~/.local/state/muster)")
      ->option_text("DIR");
}

void add_output_parser(CLI::App& command, bool& is_json) {
  add_text(
      command, "--parse",
      [&is_json](const std::string& text) {
        if (text != "json") reject("--parse", text, "is not known; write json");
        is_json = true;
      },
      "Lift a task's own output, which is JSON, into the field data", "json");
}

void add_run_options(CLI::App& command, run_arguments& into) {
  into.keep_columns = true;
  add_target_options(command, into);
  add_order_options(command, into);
  add_command_options(command, into);
  add_run_limit_options(command, into);
  add_whole_run_options(command, into);
  add_output_options(command, into);
  add_job_options(command, into);
  let_the_last_one_win(command);
  name_values(command);
  command.final_callback([&into] { check_fit(into); });
  command.footer(examples);
}

}  // namespace muster
