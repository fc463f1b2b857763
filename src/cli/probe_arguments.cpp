#include "cli/probe_arguments.hpp"

#include "cli/duration_option.hpp"
#include "cli/kind_options.hpp"
#include "cli/number_option.hpp"
#include "cli/text_option.hpp"
#include "core/zone.hpp"
#include "muster/sweep.hpp"
#include "targets/target_parser.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

void read_address_choice(const std::string& text, probe_options& into) {
  for (const address_choice one : all_address_choices) {
    if (text != to_string(one)) continue;
    into.addresses = one;
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

}  // namespace

void add_probe_options(CLI::App& command, const probe_settings& into, bool in_stages) {
  command.option_defaults()->group("Probes (by default what a target's form implies)");
  add_asking_options(command, in_stages);
  probe_options& probe = into.probe;
  command
      .add_option_function<std::string>(
          "--source", [&probe](const std::string& text) { read_source(text, probe); },
          "Send from this local address")
      ->option_text("ADDRESS");
  add_making_options(command, into.plan);
}

void add_name_options(CLI::App& command, probe_options& into) {
  resolver_options& names = into.resolver;
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

void add_limit_options(CLI::App& command, const probe_settings& into) {
  command.option_defaults()->group("Limits");
  add_duration(
      command, "-t,--timeout", probe_options::time_min,
      [&probe = into.probe](nanoseconds value) { probe.timeout = value; },
      "For each probe, from its real start (3s)");
  add_duration(
      command, "--deadline", probe_options::time_min,
      [&run = into.deadline](nanoseconds value) { run = value; }, "For the whole run");
  add_rate(command, into.rate, "Probes started a second; 0 is unlimited (10000)");
  command.add_option("--max-in-flight", into.probe.in_flight_max, "Probes in flight (10000)")
      ->check(CLI::Range(1, 4'000'000))
      ->option_text("N");
  command.add_option("--max-processes", into.processes_max, "Plugins running (64)")
      ->check(CLI::Range(std::size_t{1}, sweep_options::processes_limit))
      ->option_text("N");
  command
      .add_option("--max-per-host", into.per_host_max,
                  "Probes in flight at one host; 0 is unlimited (4)")
      ->check(CLI::Range(0, 65'535))
      ->option_text("N");
}

void read_probe_options(const CLI::App& command, const probe_settings& into) {
  resolver_options& names = into.probe.resolver;
  const bool is_left_open = command.count("-4") + command.count("-6") == 0;
  if (is_left_open) names.preference = preference_for(into.probe.addresses, names.preference);
  read_asked(command, into.plan);
}

}  // namespace muster
