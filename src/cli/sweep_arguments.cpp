#include "cli/sweep_arguments.hpp"

#include "cli/course_options.hpp"
#include "cli/duration_option.hpp"
#include "cli/listing_options.hpp"
#include "cli/number_option.hpp"
#include "cli/target_arguments.hpp"
#include "cli/text_option.hpp"
#include "command/command_template.hpp"
#include "command/command_words.hpp"
#include "core/port_list.hpp"
#include "core/status_code_list.hpp"
#include "core/zone.hpp"
#include "muster/printable.hpp"
#include "probe/http/url_template.hpp"
#include "targets/url.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
namespace {

using nanoseconds = std::chrono::nanoseconds;

void add_ports(CLI::App& command, sweep_arguments& into) {
  auto parse = [&into](const std::string& text) {
    auto list = parse_port_list(text);
    if (!list) throw CLI::ValidationError{"--tcp", list.error().message};
    into.sweep.plan.tcp_ports = std::move(list->ports);
    into.swept_ports = std::move(list->of_ranges);
  };
  command
      .add_option_function<std::string>("--tcp,--ports", parse,
                                        "Connect to these ports: 22,80,8000-8010")
      ->option_text("PORTS");
}

icmp_socket_mode parse_icmp_mode(const std::string& text) {
  if (text == "auto") return icmp_socket_mode::automatic;
  if (text == "datagram") return icmp_socket_mode::datagram;
  if (text == "raw") return icmp_socket_mode::raw;
  reject("--icmp-socket", text, "is no kind of ICMP socket; write auto, datagram or raw");
}

void add_http(CLI::App& command, sweep_arguments& into) {
  auto parse = [&plan = into.sweep.plan](const std::string& text) {
    // A bare flag arrives as "/", its default.
    std::string form = text.starts_with("/") ? "http://{}" + text : text;
    const auto url = parse_url(fill_url_template(form, target{ip_address::from_v4(0x7f000001)}));
    // The option's name comes before this by itself.
    if (!url) throw CLI::ValidationError{url.error().message};
    plan.http_templates.push_back(std::move(form));
  };
  command
      .add_flag("--http{/}", into.http_forms,
                "GET http://TARGET/, or a path of it, or a URL where {} is the target")
      ->option_text("[=/PATH|URL]")
      ->each(parse);
}

void add_exec(CLI::App& command, sweep_arguments& into) {
  auto parse = [&into](const std::vector<std::string>& commands) {
    into.exec_forms = commands;
    for (const std::string& text : commands) {
      auto words = split_words(text);
      if (!words) throw CLI::ValidationError{"--exec", words.error().message};
      for (std::string& name : command_template{*words, {}}.columns())
        into.kept_columns.push_back(std::move(name));
      into.sweep.plan.commands.push_back(std::move(*words));
    }
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--exec", parse,
          "Run a monitoring plugin, where {} is the target; exit codes 0 to 3\n"
          "are OK, WARNING, CRITICAL and UNKNOWN; repeatable")
      ->allow_extra_args(false)
      ->option_text("'COMMAND {}'");
}

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

void add_probe_options(CLI::App& command, sweep_arguments& into) {
  probe_plan& plan = into.sweep.plan;
  probe_options& probe = into.sweep.probe;
  command.option_defaults()->group("Probes (by default what a target's form implies)");
  command.add_flag("--icmp", plan.icmp, "Send an ICMP echo request");
  add_ports(command, into);
  add_http(command, into);
  add_exec(command, into);
  command
      .add_option_function<std::string>(
          "--source", [&probe](const std::string& text) { read_source(text, probe); },
          "Send from this local address")
      ->option_text("ADDRESS");

  command.option_defaults()->group("ICMP");
  add_duration(
      command, "--interval", probe_options::time_min,
      [&probe](nanoseconds value) { probe.icmp.interval = value; },
      "Between echo requests to one target (1s)");
  command.add_option("--count", probe.icmp.count, "Echo requests to each target (1)")
      ->check(CLI::Range(1U, icmp_options::count_max))
      ->option_text("N");
  command.add_option("--size", probe.icmp.payload_bytes, "Bytes of payload (56)")
      ->check(CLI::Range(std::size_t{0}, icmp_options::payload_bytes_max))
      ->option_text("BYTES");
  command.add_option("--ttl", probe.icmp.ttl, "Time to live, or hop limit")
      ->check(CLI::Range(1, 255))
      ->option_text("N");
  command.add_option("--tos", probe.icmp.tos, "Type of service, or traffic class")
      ->check(CLI::Range(0, 255))
      ->option_text("N");
  command.add_flag("--df", probe.icmp.dont_fragment, "Forbid fragmentation");
  command
      .add_option_function<std::string>(
          "--icmp-socket",
          [&probe](const std::string& text) { probe.icmp.mode = parse_icmp_mode(text); },
          "auto, datagram (no privilege needed) or raw (auto)")
      ->option_text("KIND");

  command.option_defaults()->group("HTTP");
  command.add_flag_callback(
      "--head", [&probe] { probe.http.method = "HEAD"; }, "Ask with HEAD instead of GET");
  command
      .add_option("--max-redirects", probe.http.redirects_max,
                  "Follow up to N redirects; 0 reports the redirect itself (0)")
      ->check(CLI::Range(0U, http_options::redirects_limit))
      ->option_text("N");
  add_size(command, "--max-body", probe.http.body_bytes_max, http_options::body_bytes_limit,
           "Bytes of body to read (1MiB)");
  add_text(
      command, "--expect-status",
      [&probe](const std::string& text) {
        auto codes = parse_status_codes(text);
        if (!codes) throw CLI::ValidationError{"--expect-status", codes.error().message};
        probe.http.expected = std::move(*codes);
      },
      "Which status codes are up, such as 200,204,3xx, or any\n(200-399)", "CODES");
  command
      .add_option_function<std::string>(
          "--user-agent",
          [&probe](const std::string& text) {
            for (const char c : text) {
              if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                throw CLI::ValidationError{"--user-agent", "control characters are not allowed"};
              }
            }
            probe.http.user_agent = text;
          },
          "The User-Agent header")
      ->option_text("TEXT");
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
  command.add_option("--max-processes", sweep.probe.exec.processes_max, "Plugins running (64)")
      ->check(CLI::Range(std::size_t{1}, exec_options::processes_limit))
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
  add_course_options(command, into);
  add_output_options(command, into);
  let_the_last_one_win(command);
  name_values(command);
  command.footer(examples);
  command.parse_complete_callback(
      [&command, &into] { into.kind_options = given_kind_options(command); });
}

}  // namespace muster
