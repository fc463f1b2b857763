#include "cli/run/run_limit_options.hpp"

#include "cli/duration_option.hpp"
#include "cli/number_option.hpp"
#include "cli/text_option.hpp"
#include "core/whole_number.hpp"

#include <algorithm>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>

namespace muster {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t tasks_for_each_core = 4;

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

}  // namespace

void add_run_limit_options(CLI::App& command, run_arguments& into) {
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
  add_rate(command, run.rate, "Tasks started a second; 0 is unlimited (0)");
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
  add_filled(command, "--control", into.control_file,
             "Set limits from FILE whenever it is written: max-in-flight N,\n"
             "max-per-host N, rate N, group NAME N, a line each",
             "FILE");
}

}  // namespace muster
