// Strategy: a table tells each column's name and which function reads it into the parameters. The
// target is parsed first, by the grammar that all targets share, and the port and the parameters
// are then put into it.
#include "targets/target_record.hpp"

#include "core/ascii.hpp"
#include "core/duration_text.hpp"
#include "core/listed.hpp"
#include "targets/host.hpp"
#include "targets/kind_columns.hpp"
#include "targets/listed_target.hpp"
#include "targets/url.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

using nanoseconds = std::chrono::nanoseconds;

/// Those that the kinds of probes do not know of.
constexpr std::array<std::string_view, 15> column_names{
    "target", "url",  "address", "ip",      "saddr", "host",  "port",  "sport",
    "probe",  "path", "label",   "timeout", "daddr", "dport", "source"};
static_assert(column_names.size() == static_cast<std::size_t>(target_column::of_kinds));

/// Of those, the first that says nothing.
constexpr auto ignored_column = target_column::daddr;

std::size_t column_count() { return column_names.size() + kind_columns().size(); }

/// What a kind says of its column; null for one that is no kind's.
const kind_column* kind_column_of(target_column column) {
  const auto place = static_cast<std::size_t>(column);
  return place < column_names.size() ? nullptr : &kind_columns()[place - column_names.size()];
}

constexpr const char* one_socket =
    "one socket serves all targets, so this can't be set for one of them: give it as an option";

std::string read_time(std::string_view text, std::optional<nanoseconds>& into) {
  const auto time = parse_duration(text);
  if (!time) return time.error().message;
  if (*time < target_parameters::time_min) return fmt::format("'{}' is too short", excerpt(text));
  into = *time;
  return {};
}

std::string read_probe(std::string_view text, std::optional<probe_kind>& into) {
  std::vector<std::string> names;
  for (const probe_kind kind : all_probe_kinds) {
    if (!is_asked_by_targets(kind)) continue;
    if (text == to_string(kind)) into = kind;
    names.emplace_back(to_string(kind));
  }
  if (into) return {};
  return fmt::format("'{}' is no probe: write {}", excerpt(text), listed(names, "or"));
}

std::string read_path(std::string_view text, std::string& into) {
  if (!text.starts_with('/')) return fmt::format("'{}' does not begin with a slash", excerpt(text));
  const auto url = parse_url("http://host" + std::string{text});
  if (!url) return url.error().message;
  into = url->path();
  return {};
}

std::string read_label(std::string_view text, std::string& into) {
  if (text.size() > target_parameters::label_bytes_max) {
    return fmt::format("longer than {} bytes", target_parameters::label_bytes_max);
  }
  into = text;
  return {};
}

std::string read_kind_column(const kind_column& column, std::string_view text,
                             target_parameters& into) {
  if (column.is_of_socket) return one_socket;
  std::string value{text};
  std::string wrong = column.check(value);
  if (wrong.empty()) into.options.emplace_back(column.name, std::move(value));
  return wrong;
}

/// Reads one value into `into`; the reason if it is wrong.
std::string read_parameter(const record_value& value, target_parameters& into) {
  if (const kind_column* const own = kind_column_of(value.column)) {
    return read_kind_column(*own, value.text, into);
  }
  switch (value.column) {
    case target_column::probe:
      return read_probe(value.text, into.probe);
    case target_column::path:
      return read_path(value.text, into.path);
    case target_column::label:
      return read_label(value.text, into.label);
    case target_column::timeout:
      return read_time(value.text, into.timeout);
    case target_column::source:
      return one_socket;
    default:
      return {};
  }
}

/// Whether a column is more than a text for a command's arguments.
bool means_something_to_commands(target_column column) {
  return names_target(column) || column == target_column::port || column == target_column::sport ||
         column == target_column::label || column == target_column::timeout;
}

std::uint16_t port_of(const target_range& range) {
  const target* single = range.single();
  return single ? single->port() : range.traits().port;
}

/// A single target that has no port, with one.
target with_port(const target& single, std::uint16_t port) {
  std::string host = single.to_string();
  if (!single.needs_lookup() && single.address().is_v6()) host = '[' + host + ']';
  target_text text;
  text.host = single.host();
  text.text = fmt::format("{}:{}", host, port);
  target out{target_form::host_port, single.address(), port, std::move(text)};
  out.set_scope(single.scope());
  return out;
}

/// Gives the range a port that stands apart; the reason if it can't have it.
std::string set_port(std::string_view text, target_range& range) {
  const auto port = parse_port(text);
  if (!port) return port.error().message;
  const std::uint16_t own = port_of(range);
  if (own == *port) return {};
  if (own != 0) return fmt::format("the target itself says port {}, this says {}", own, *port);
  if (const target* single = range.single()) {
    if (single->form() == target_form::url) return "write the port in the URL";
    range = target_range{with_port(*single, *port)};
  } else {
    range.set_port(*port);
  }
  return {};
}

/// What a text says that can be a Host header.
std::optional<target> parse_host_header(std::string_view text) {
  const auto named = parse_target(text, {});
  const target* host = named ? named->single() : nullptr;
  if (!host || !host->needs_lookup() || host->form() == target_form::url) return std::nullopt;
  return *host;
}

/// The Host header of a target that is named elsewhere. The reason if the text can't be one,
/// although HTTP is asked for by the row itself; otherwise it is a text for people.
std::string read_host(std::string_view text, const target_range& range,
                      std::optional<probe_kind> probe, std::string& into) {
  if (text.empty() || ip_address::parse(text)) return {};
  const target* single = range.single();
  const auto host = parse_host_header(text);
  if (!host) {
    const bool is_url = single && single->form() == target_form::url;
    const bool is_asked = probe && who_asks(*probe) == asked_by::url;
    if (!is_asked && !is_url) return {};
    return "sent to the target in HTTP's Host header, so a name is wanted, or name:port; what is "
           "for people goes into the column label";
  }
  if (single && host->port() == 0 && single->host() == host->host()) return {};
  into = host->port() == 0 ? std::string{host->host()}
                           : fmt::format("{}:{}", host->host(), host->port());
  return {};
}

parse_error at_column(target_column column, std::string_view why) {
  return {fmt::format("{}: {}", to_string(column), why)};
}

/// What makes no sense together; empty when everything does.
std::string check_together(const target_range& range, const target_parameters& parameters) {
  const auto& probe = parameters.probe;
  if (probe && who_asks(*probe) == asked_by::port && port_of(range) == 0) {
    return fmt::format(
        "probe: a {} probe needs a port: fill in the column port, or write host:port",
        to_string(*probe));
  }
  const target* single = range.single();
  const bool is_url = single && single->form() == target_form::url;
  if (is_url && !parameters.path.empty() && single->path() != "/" &&
      single->path() != parameters.path) {
    return "path: the URL has a path of its own";
  }
  return {};
}

}  // namespace

std::optional<target_column> target_column_of(std::string_view name) {
  name = trim(name, line_space);
  for (std::size_t i = 0; i < column_count(); ++i) {
    const auto column = static_cast<target_column>(i);
    if (is_same_column(to_string(column), name)) return column;
  }
  return std::nullopt;
}

bool names_target(target_column column) { return column <= target_column::host; }

std::string_view to_string(target_column column) {
  const kind_column* const own = kind_column_of(column);
  return own ? own->name : column_names[static_cast<std::size_t>(column)];
}

std::vector<unused_column> unused_columns(const record_values& values) {
  std::optional<target_column> used;
  for (const auto& [column, text] : values.known) {
    if (names_target(column) && !trim(text, line_space).empty())
      used = std::min(used.value_or(column), column);
  }
  std::vector<unused_column> unused;
  if (!used) return unused;
  for (const auto& [column, text] : values.known) {
    if (!names_target(column) || column == *used || trim(text, line_space).empty()) continue;
    // A name is HTTP's; an address is no more than the target's, once more.
    if (column == target_column::host && parse_host_header(trim(text, line_space))) continue;
    unused.push_back({column, *used});
  }
  return unused;
}

std::string known_target_columns() {
  std::vector<std::string_view> names{
      column_names.begin(), column_names.begin() + static_cast<std::ptrdiff_t>(ignored_column)};
  for (const kind_column& one : kind_columns()) {
    if (!one.is_of_socket) names.emplace_back(one.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

parsed<target_range> parse_target_record(record_values values,
                                         const target_parser_options& options) {
  std::vector<std::string_view> texts(column_count());
  target_parameters parameters;
  for (record_value value : values.known) {
    if (options.keep_columns && !means_something_to_commands(value.column)) continue;
    value.text = trim(value.text, line_space);
    if (value.text.empty()) continue;
    auto& place = texts[static_cast<std::size_t>(value.column)];
    if (!place.empty()) return at_column(value.column, "given twice");
    place = value.text;
    if (auto wrong = read_parameter(value, parameters); !wrong.empty()) {
      return at_column(value.column, wrong);
    }
  }
  std::size_t named = 0;
  while (names_target(static_cast<target_column>(named)) && texts[named].empty())
    ++named;
  const auto column = static_cast<target_column>(named);
  if (!names_target(column)) {
    return parse_error{"the target is missing: fill in target, url, address, ip, saddr or host"};
  }
  parameters.columns = std::move(values.columns);
  const auto text_in = [&texts](target_column one) { return texts[static_cast<std::size_t>(one)]; };
  auto range = parse_listed_target(text_in(column), options);
  if (!range) return at_column(column, range.error().message);
  for (const target_column one : {target_column::port, target_column::sport}) {
    if (text_in(one).empty() || options.any_line) continue;
    if (auto wrong = set_port(text_in(one), *range); !wrong.empty()) return at_column(one, wrong);
  }
  if (column != target_column::host && !options.keep_columns && !options.any_line) {
    const auto wrong =
        read_host(text_in(target_column::host), *range, parameters.probe, parameters.host);
    if (!wrong.empty()) return at_column(target_column::host, wrong);
  }
  if (auto wrong = check_together(*range, parameters); !wrong.empty()) {
    return parse_error{std::move(wrong)};
  }
  if (options.keeps_rows() || parameters != target_parameters{}) {
    range->set_parameters(std::make_shared<const target_parameters>(std::move(parameters)));
  }
  return range;
}

}  // namespace muster
