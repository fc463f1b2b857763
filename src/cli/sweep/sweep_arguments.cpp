#include "cli/sweep/sweep_arguments.hpp"

#include "cli/duration_option.hpp"
#include "cli/number_option.hpp"
#include "cli/sweep/listing_options.hpp"
#include "cli/sweep/retry_and_end_options.hpp"
#include "cli/target_arguments.hpp"
#include "cli/text_option.hpp"
#include "core/zone.hpp"
#include "targets/target_parser.hpp"

#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

using nanoseconds = std::chrono::nanoseconds;

/// An address, and a zone if it is a link-local one.
void read_source(const std::string& text, probe_options& into) {
  const std::size_t percent = std::min(text.find('%'), text.size());
  into.source = ip_address::parse(text.substr(0, percent));
  if (!into.source) reject("--source", text, "is no address");
  if (percent == text.size()) {
    if (!into.source->is_link_local_v6()) return;
    reject("--source", text, "is link-local and needs its zone: write fe80::1%eth0");
  }
  if (!into.source->is_v6()) reject("--source", text, "has a zone, which belongs to IPv6 only");
  const auto scope = resolve_zone(std::string_view{text}.substr(percent + 1));
  if (!scope) throw CLI::ValidationError{"--source", scope.error().message};
  into.source_scope = *scope;
}

/// `NAME=ADDRESS`.
std::pair<std::string, ip_address> read_fixed_name(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const auto name = parse_target(text.substr(0, equals), {});
  const bool is_name = name && name->size() == 1 && name->at(0).form() == target_form::name;
  const auto address = ip_address::parse(text.substr(std::min(equals + 1, text.size())));
  if (!is_name || !address) {
    reject("--resolve", text, "is not NAME=ADDRESS, as in db.example=192.0.2.7");
  }
  return {std::string{name->at(0).host()}, *address};
}

void read_address_choice(const std::string& text, sweep_arguments& into) {
  for (const address_choice one : all_address_choices) {
    if (text != to_string(one)) continue;
    into.sweep.probe.addresses = one;
    return;
  }
  reject("--address", text, "is none of first, each, any and all");
}

/// Which families are asked for where neither -4 nor -6 says so.
address_preference preference_for(address_choice choice, address_preference preferred) {
  switch (choice) {
    case address_choice::first:
      return preferred;
    case address_choice::any:
      return preferred == address_preference::v6_first ? address_preference::any_v6_first
                                                       : address_preference::any_v4_first;
    case address_choice::each:
    case address_choice::all:
      break;
  }
  return address_preference::both;
}

void add_probe_options(CLI::App& command, sweep_arguments& into) {
  command.option_defaults()->group("Probes (by default what a target's form implies)");
  add_asking_options(command);
  probe_options& probe = into.sweep.probe;
  command
      .add_option_function<std::string>(
          "--source", [&probe](const std::string& text) { read_source(text, probe); },
          "Send from this local address")
      ->option_text("ADDRESS");
  add_making_options(command, into.sweep.plan);
}

void add_name_options(CLI::App& command, sweep_arguments& into) {
  resolver_options& names = into.sweep.probe.resolver;
  command.option_defaults()->group("Names");
  auto prefer = [&names](address_preference preference) {
    return [&names, preference] { names.preference = preference; };
  };
  auto* v4 = command.add_flag_callback("-4,--ipv4", prefer(address_preference::v4_only),
                                       "Use IPv4 addresses of names only");
  auto* v6 = command.add_flag_callback("-6,--ipv6", prefer(address_preference::v6_only),
                                       "Use IPv6 addresses of names only");
  auto* v6_first = command.add_flag_callback("--prefer-ipv6", prefer(address_preference::v6_first),
                                             "Use an IPv6 address where a name has both");
  v4->excludes(v6)->excludes(v6_first);
  v6->excludes(v6_first);
  add_text(
      command, "--address", [&into](const std::string& text) { read_address_choice(text, into); },
      "Of a name's addresses probe the first, each as a target of its\n"
      "own, any that is connected first or answers, or all for one\n"
      "result; but for first, of both families unless -4 or -6 (first)",
      "CHOICE");
  command
      .add_option_function<std::vector<std::string>>(
          "--resolve",
          [&names](const std::vector<std::string>& texts) {
            for (const std::string& text : texts)
              names.fixed.push_back(read_fixed_name(text));
          },
          "Take this address for the name, and ask nobody; repeatable, also\nfor one name")
      ->option_text("NAME=ADDRESS")
      ->allow_extra_args(false);
  command
      .add_option("--resolver", names.servers,
                  "Ask these name servers, ADDRESS or ADDRESS:PORT, comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("SERVER");
}

void add_limit_options(CLI::App& command, sweep_arguments& into) {
  sweep_options& sweep = into.sweep;
  command.option_defaults()->group("Limits");
  add_duration(
      command, "-t,--timeout", probe_options::time_min,
      [&sweep](nanoseconds value) { sweep.probe.timeout = value; },
      "For each probe, from its real start (3s)");
  add_duration(
      command, "--deadline", probe_options::time_min,
      [&sweep](nanoseconds value) { sweep.run_deadline = value; }, "For the whole run");
  add_rate(command, sweep.rate, "Probes started a second; 0 is unlimited (10000)");
  command.add_option("--max-in-flight", sweep.probe.in_flight_max, "Probes in flight (10000)")
      ->check(CLI::Range(1, 4'000'000))
      ->option_text("N");
  command.add_option("--max-processes", sweep.processes_max, "Plugins running (64)")
      ->check(CLI::Range(std::size_t{1}, sweep_options::processes_limit))
      ->option_text("N");
  command
      .add_option("--max-per-host", sweep.per_host_max,
                  "Probes in flight at one host; 0 is unlimited (4)")
      ->check(CLI::Range(0, 65'535))
      ->option_text("N");
}

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
  auto* json = command.add_flag("--json", into.json, "JSON lines instead of text");
  command.add_flag("--csv", into.csv, "CSV instead of text")->excludes(json);
  command
      .add_option("-o,--output", into.output_files,
                  "Write results to FILE, too: .jsonl, .csv, .txt or .html; repeatable")
      ->option_text("FILE")
      ->allow_extra_args(false);
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

/// Those of the targets' rows that the plan's probes are made of.
void keep_columns(const probe_plan& plan, std::vector<std::string>& kept) {
  for (const probe_kind kind : all_probe_kinds) {
    for (std::string& name : plan.of(kind).columns())
      kept.push_back(std::move(name));
  }
}

}  // namespace

void let_the_last_one_win(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() == 1) option->take_last();
  }
}

void add_sweep_options(CLI::App& command, sweep_arguments& into) {
  add_target_options(command, into);
  add_order_options(command, into);
  add_probe_options(command, into);
  add_name_options(command, into);
  add_limit_options(command, into);
  add_retry_and_end_options(command, into);
  add_output_options(command, into);
  let_the_last_one_win(command);
  name_values(command);
  command.footer(examples);
  command.parse_complete_callback([&command, &into] {
    resolver_options& names = into.sweep.probe.resolver;
    const bool is_left_open = command.count("-4") + command.count("-6") == 0;
    if (is_left_open) {
      names.preference = preference_for(into.sweep.probe.addresses, names.preference);
    }
    read_asked(command, into.sweep.plan);
    into.kind_options = given_kind_options(command);
    keep_columns(into.sweep.plan, into.kept_columns);
    for (const probe_plan& later : into.sweep.plan.then)
      keep_columns(later, into.kept_columns);
  });
}

}  // namespace muster
