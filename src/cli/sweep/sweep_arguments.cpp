#include "cli/sweep/sweep_arguments.hpp"

#include "cli/format_options.hpp"
#include "cli/probe_arguments.hpp"
#include "cli/sweep/listing_options.hpp"
#include "cli/sweep/retry_and_end_options.hpp"
#include "cli/target_arguments.hpp"
#include "cli/text_option.hpp"
#include "probe/plan_columns.hpp"

#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

// Asked for neither way, a terminal gets the picture if there is enough to see.
void add_picture(CLI::App& command, const std::string& name, std::optional<bool>& wanted,
                 const std::string& what) {
  auto* with = command.add_flag_callback(
      "--" + name, [&wanted] { wanted = true; }, "Show " + what + ", terminal or not");
  command
      .add_flag_callback(
          "--no-" + name, [&wanted] { wanted = false; }, "Never show it")
      ->excludes(with);
}

constexpr std::size_t page_title_bytes_max = 200;

void add_title(CLI::App& command, std::string& title) {
  add_text(
      command, "--title",
      [&title](const std::string& text) {
        if (text.empty() || text.size() > page_title_bytes_max) {
          reject(
              "--title", text,
              fmt::format("has {} bytes; 1 to {} are a title", text.size(), page_title_bytes_max));
        }
        title = text;
      },
      "What to call the page that -o FILE.html writes", "TEXT");
}

void add_output_options(CLI::App& command, sweep_arguments& into) {
  command.option_defaults()->group("Output");
  add_format_options(command, into.json, into.csv, into.output_files,
                     "Write results to FILE, too: .jsonl, .csv, .txt or .html; repeatable");
  add_title(command, into.title);
  add_listing_options(command, into);
  command.add_flag("--no-progress", into.no_progress, "No progress line on a terminal");
  add_picture(command, "map", into.map, "a map of the addresses that were probed");
  add_picture(command, "histogram", into.histogram, "a histogram of the round-trip times");
}

constexpr const char* examples =
    "Examples:\n"
    "  muster sweep 192.168.0.0/24                         what answers, and how fast\n"
    "  muster sweep 10.0.0.0/16 --tcp 22,443 -o open.csv   which ports are open\n"
    "  muster sweep -iL urls.txt --json                    one JSON object for each URL\n"
    "  muster sweep 10.0.0.0/24 --http=/health             one path of every host\n"
    "  muster sweep -iL hosts --exec 'check_ssh {}'         a monitoring plugin for each\n"
    "  grep -v test hosts | muster sweep --count 5         targets from a pipe, loss and jitter\n"
    "\n"
    "Exit status: 0 all up, 1 not all up, 2 bad usage, 3 could not do it, 130 interrupted.\n"
    "Status words, fields and formats: docs/output.md";

probe_settings settings_of(sweep_arguments& arguments) {
  sweep_options& sweep = arguments.sweep;
  return {sweep.probe,        sweep.plan,          sweep.rate,
          sweep.per_host_max, sweep.processes_max, sweep.run_deadline};
}

}  // namespace

void add_sweep_options(CLI::App& command, sweep_arguments& into) {
  add_target_options(command, into);
  add_order_options(command, into);
  add_probe_options(command, settings_of(into), true);
  add_name_options(command, into.sweep.probe);
  add_limit_options(command, settings_of(into));
  add_retry_and_end_options(command, into);
  add_output_options(command, into);
  let_the_last_one_win(command);
  name_values(command);
  command.footer(examples);
  command.parse_complete_callback([&command, &into] {
    read_probe_options(command, settings_of(into));
    into.kind_options = given_kind_options(command);
    add_columns(into.sweep.plan, into.kept_columns);
  });
}

}  // namespace muster
