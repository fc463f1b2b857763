#include "cli/watch/watch_arguments.hpp"

#include "cli/duration_option.hpp"
#include "cli/format_options.hpp"
#include "cli/probe_arguments.hpp"
#include "cli/text_option.hpp"
#include "probe/plan_columns.hpp"

#include <string_view>

#include <CLI/CLI.hpp>

namespace muster {
namespace {

constexpr double rate_default = 10'000;

probe_settings settings_of(watch_arguments& arguments) {
  watch_plan& plan = arguments.plan;
  return {plan.probe,        plan.common,        plan.rate,
          plan.per_host_max, plan.processes_max, arguments.deadline};
}

void add_count(CLI::App& command, const std::string& name, unsigned& into,
               const std::string& description) {
  command.add_option(name, into, description)
      ->check(CLI::Range(1U, change_rules::results_max))
      ->option_text("N");
}

void add_check_options(CLI::App& command, watch_arguments& into) {
  command.option_defaults()->group("Checks");
  const auto add_time = [&](const std::string& name, std::chrono::nanoseconds& value,
                            const std::string& description) {
    add_duration(
        command, name, check_group::every_min,
        [&value](std::chrono::nanoseconds read) { value = read; }, description);
  };
  add_time("--every", into.group.every, "Make each check once in this time (1m)");
  add_time("--recheck", into.group.recheck,
           "After a result unlike what is known, the next one so soon\n(when it is due)");
  add_count(command, "--rise", into.group.rules.rise,
            "Results in a row that it takes to be better (1)");
  add_count(command, "--fall", into.group.rules.fall,
            "Results in a row that it takes to be worse (2)");
  command.add_flag("--check-config", into.check_config,
                   "Say what is wrong with the configuration and its lists, and\nask nobody");
}

void add_output_options(CLI::App& command, watch_arguments& into) {
  command.option_defaults()->group("Output");
  add_format_options(command, into.json, into.csv, into.output_files,
                     "Write to FILE, too: .jsonl, .csv or .txt; repeatable");
  command.add_flag("--all", into.all, "Write every result, and not only what changes");
  command.add_flag("-q,--quiet", into.quiet, "Nothing on standard output, and no summary");
}

constexpr const char* watch_examples =
    "Examples:\n"
    "  muster watch 192.168.0.0/24 --every 5s              what comes and goes\n"
    "  muster watch shop.example --https --fall 3          a page, each minute\n"
    "  muster watch watch.yml --json                       as a configuration says\n"
    "  muster watch watch.yml --check-config               what is wrong with one\n"
    "\n"
    "Exit status: 0 all up when the time was over, 1 not all up, 2 bad usage, 3 could not do it,\n"
    "130 interrupted. Configuration, states and fields: docs/watch.md";

}  // namespace

void add_watch_options(CLI::App& command, watch_arguments& into) {
  into.plan.rate = rate_default;
  add_target_options(command, into);
  add_check_options(command, into);
  add_probe_options(command, settings_of(into), false);
  add_name_options(command, into.plan.probe);
  add_limit_options(command, settings_of(into));
  add_output_options(command, into);
  let_the_last_one_win(command);
  name_values(command);
  command.get_option("TARGET")->description(
      "Address, CIDR block, range, name, host:port or URL, as for sweep;\n"
      "or a configuration, FILE.yml");
  command.footer(watch_examples);
  command.parse_complete_callback([&command, &into] {
    read_probe_options(command, settings_of(into));
    into.kind_options = given_kind_options(command);
    for (const char* name : {"--every", "--recheck", "--rise", "--fall"})
      into.has_group_options = into.has_group_options || command.count(name) > 0;
    add_columns(into.plan.common, into.kept_columns);
  });
}

std::string configuration_of(const watch_arguments& arguments) {
  for (const std::string& one : arguments.targets) {
    const std::string_view text = one;
    const bool is_url = text.find("://") != text.npos;
    if (!is_url && (text.ends_with(".yml") || text.ends_with(".yaml"))) return one;
  }
  return {};
}

}  // namespace muster
