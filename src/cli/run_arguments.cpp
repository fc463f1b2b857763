#include "cli/run_arguments.hpp"

#include "cli/duration_option.hpp"
#include "cli/target_arguments.hpp"
#include "core/parsed.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>

namespace muster {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t tasks_for_each_core = 4;

/// Reads a whole number that `text` consists of; false when it doesn't.
template <typename Number>
bool read_whole(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

[[noreturn]] void reject(const char* option, const std::string& text, const char* remedy) {
  throw CLI::ValidationError{option, "'" + excerpt(text) + "' " + remedy};
}

CLI::Option* add_text(CLI::App& command, const std::string& name,
                      std::function<void(const std::string&)> use, const std::string& description,
                      const std::string& form) {
  return command.add_option_function<std::string>(name, use, description)->option_text(form);
}

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

void parse_halt(const std::string& text, halt_rule& halt) {
  std::string_view rest = text;
  halt = {};
  if (rest.starts_with("soon,")) {
    halt.soon = true;
    rest.remove_prefix(5);
  }
  const bool percent = rest.ends_with('%');
  if (percent) rest.remove_suffix(1);
  std::uint64_t number = 0;
  if (!read_whole(rest, number) || number == 0 || (percent && number > 100)) {
    reject("--halt", text, "is no limit; write N, N%, soon,N or soon,N%");
  }
  if (percent) {
    halt.failed_percent = static_cast<double>(number);
  } else {
    halt.failed_max = number;
  }
}

void parse_retry_on(const std::string& text, run_options& run) {
  run.retry_timeouts = run.retry_signals = false;
  run.retry_codes.clear();
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string one = text.substr(begin, comma - begin);
    begin = comma + 1;
    int code = 0;
    if (one == "timeout") {
      run.retry_timeouts = true;
    } else if (one == "signal") {
      run.retry_signals = true;
    } else if (read_whole<int>(one, code) && code >= 1 && code <= 255) {
      run.retry_codes.push_back(code);
    } else {
      reject("--retry-on", one, "is no cause; write exit codes from 1 to 255, timeout or signal");
    }
  }
  // None of its codes: no exit code is tried again.
  if (run.retry_codes.empty()) run.retry_codes.push_back(-1);
}

void parse_group_max(const std::string& text, run_options& run) {
  const std::size_t equals = text.rfind('=');
  std::size_t most = 0;
  const std::string_view number =
      equals == text.npos ? std::string_view{text} : std::string_view{text}.substr(equals + 1);
  if (!read_whole(number, most) || most < 1 || most > 65'535) {
    reject("--group-max", text, "is no limit; write N, or NAME=N for one group; 1 to 65535");
  }
  if (equals == text.npos) {
    run.group_max = most;
  } else {
    run.group_limits.emplace_back(text.substr(0, equals), most);
  }
}

void add_command_options(CLI::App& command, run_arguments& into) {
  run_options& run = into.run;
  command.option_defaults()->group("Command");
  command.add_flag("--lines", into.any_line,
                   "Take any line and any argument as a target, as it is");
  command.add_flag("--shell", run.shell,
                   "The command is a script for /bin/sh; targets are passed to it\nas parameters");
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
  command.add_option("--cwd", run.process.directory, "Run the command in this directory")
      ->option_text("DIR");
  add_text(
      command, "--batch", [&run](const std::string& text) { parse_batch(text, run); },
      "Give a command up to MAX targets, at least MIN unless no more\ncome for a second",
      "MAX|MIN,MAX");
  command.add_flag("--allow-dash", run.allow_dash,
                   "Run the command even if a target would be taken for an option");
  command.add_flag("--dry-run", run.dry_run, "Show the commands, and run none");
}

void add_limit_options(CLI::App& command, run_arguments& into) {
  run_options& run = into.run;
  command.option_defaults()->group("Limits");
  run.in_flight_max = tasks_for_each_core * std::max(1U, std::thread::hardware_concurrency());
  command
      .add_option("-P,--max-in-flight", run.in_flight_max,
                  "Tasks at once (4 for each core); SIGUSR1 adds one, SIGUSR2\ntakes one away")
      ->check(CLI::Range(std::size_t{1}, run_options::in_flight_limit))
      ->option_text("N");
  command
      .add_option("--max-per-host", run.per_host_max,
                  "Tasks at once for one host; 0 is unlimited (0)")
      ->check(CLI::Range(0, 65'535))
      ->option_text("N");
  command.add_option("--rate", run.rate, "Tasks started a second; 0 is unlimited (0)")
      ->check(CLI::Range(0.0, 1e9))
      ->option_text("N");
  auto* group_by = command.add_option("--group-by", run.group_column,
                                      "The column of a row that names its group");
  group_by->option_text("COLUMN");
  command
      .add_option_function<std::vector<std::string>>(
          "--group-max",
          [&run](const std::vector<std::string>& values) {
            for (const std::string& value : values)
              parse_group_max(value, run);
          },
          "Tasks at once in each group, or in the one of this name;\nrepeatable")
      ->option_text("N|NAME=N")
      ->allow_extra_args(false)
      ->needs(group_by);
  add_duration(
      command, "-t,--timeout", milliseconds{1},
      [&run](nanoseconds value) { run.process.timeout = value; },
      "For each task, from its real start: then SIGTERM (unlimited)");
  add_duration(
      command, "--grace", nanoseconds{0}, [&run](nanoseconds value) { run.process.grace = value; },
      "From SIGTERM to SIGKILL; and for output that a command's\nchildren hold open after its end "
      "(2s)");
  add_duration(
      command, "--deadline", milliseconds{1},
      [&run](nanoseconds value) { run.run_deadline = value; }, "For the whole run");
  auto* retries =
      command.add_option("--retries", run.retries, "Try a failed task again this often (0)");
  retries->check(CLI::Range(0U, run_options::retries_max))->option_text("N");
  add_duration(
      command, "--backoff", nanoseconds{0}, [&run](nanoseconds value) { run.backoff = value; },
      "Wait so long before the first retry, doubled for each further\none, up to 1m (500ms)",
      run_options::backoff_max)
      ->needs(retries);
  add_text(
      command, "--retry-on", [&run](const std::string& text) { parse_retry_on(text, run); },
      "Retry after these only: exit codes, timeout, signal (all)", "CODES")
      ->needs(retries);
  add_text(
      command, "--halt", [&run](const std::string& text) { parse_halt(text, run.halt); },
      "Stop when N tasks, or N% of them, have failed; with soon,\nlet those that run finish",
      "N|N%|soon,N");
  command
      .add_option("--control", into.control_file,
                  "Set limits from FILE whenever it is written: max-in-flight N,\n"
                  "max-per-host N, rate N, group NAME N, a line each")
      ->option_text("FILE");
}

void add_course_options(CLI::App& command, run_arguments& into) {
  command.option_defaults()->group("Course");
  add_text(
      command, "--refill", [&into](const std::string& text) { into.run.refill = text; },
      "Lines of output that match are new targets: the first group,\nor all that matched", "REGEX");
  command
      .add_option("--job-log,--joblog", into.job_log, "Append a JSON line for each target to FILE")
      ->option_text("FILE");
  command
      .add_option("--resume", into.resume_file,
                  "Run only what has not succeeded by this job log, and append\nto it")
      ->option_text("FILE");
  command
      .add_option("--begin", into.begin_command, "Run this script first; if it fails, nothing else")
      ->option_text("SCRIPT");
  command.add_option("--end", into.end_command, "Run this script when all targets are done")
      ->option_text("SCRIPT");
  command
      .add_option("--finally", into.finally_command,
                  "Run this script last, whatever happened; on Ctrl-C, too")
      ->option_text("SCRIPT");
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
  command
      .add_option("--output-max", run.process.output_bytes_max,
                  "Bytes that are kept of each output of a task (1MiB)")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::size_t{0}, process_options::output_bytes_limit))
      ->option_text("BYTES");
  command
      .add_option("--log-dir", into.log_directory,
                  "Write a file for each target in DIR: its output")
      ->option_text("DIR");
  command
      .add_option_function<std::string>(
          "--parse",
          [&into](const std::string& text) {
            if (text != "json") reject("--parse", text, "is not known; write json");
            into.parse_json = true;
          },
          "Lift a task's own output, which is JSON, into the field data")
      ->option_text("json");
  command.add_option("--label", into.label, "What the progress line calls the run (run)")
      ->option_text("TEXT");
  command.add_flag("-q,--quiet", into.quiet,
                   "No results on standard output, no progress; the summary stays");
  command.add_flag("--no-progress", into.no_progress, "No progress line on a terminal");
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

bool writes_records(const run_arguments& arguments) {
  const auto is_records = [](const std::string& path) {
    return !path.ends_with(".txt") && !path.ends_with(".log");
  };
  return arguments.json || arguments.csv ||
         std::any_of(arguments.output_files.begin(), arguments.output_files.end(), is_records);
}

void check_fit(run_arguments& into) {
  run_options& run = into.run;
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
    "number, {NAME} a column of its row of CSV or JSON; without any, the target comes last.\n"
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

void add_state_directory(CLI::App& command, std::string& into) {
  command
      .add_option("--state-dir", into,
                  "Where jobs are kept ($XDG_STATE_HOME/muster, or\n~/.local/state/muster)")
      ->option_text("DIR");
}

void add_run_options(CLI::App& command, run_arguments& into) {
  into.keep_columns = true;
  add_target_options(command, into);
  add_order_options(command, into);
  add_command_options(command, into);
  add_limit_options(command, into);
  add_course_options(command, into);
  add_output_options(command, into);
  add_job_options(command, into);
  let_the_last_one_win(command);
  command.final_callback([&into] { check_fit(into); });
  command.footer(examples);
}

}  // namespace muster
