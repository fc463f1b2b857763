// Strategy: hosts that are addresses are looked up as excluded ones are, patterns are left to
// fnmatch(3). What matches is put beside the target's own columns, which come first.
#include "command/column_defaults.hpp"

#include "command/command_template.hpp"
#include "core/duration_text.hpp"
#include "muster/printable.hpp"
#include "targets/host.hpp"
#include "targets/target_parts.hpp"
#include "targets/target_record.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <fnmatch.h>

namespace muster {
namespace {

bool is_pattern(std::string_view hosts) { return hosts.find_first_of("*?[") != hosts.npos; }

/// As an IPv6 address is written before a port.
bool is_in_brackets(std::string_view hosts) {
  return hosts.starts_with('[') && hosts.ends_with(']') && hosts.find(':') != hosts.npos;
}

std::chrono::nanoseconds read_timeout(const std::string& text) {
  const auto time = parse_duration(text);
  if (!time) throw std::invalid_argument{fmt::format("timeout: {}", time.error().message)};
  if (*time < target_parameters::time_min) {
    throw std::invalid_argument{fmt::format("timeout: '{}' is too short", excerpt(text))};
  }
  return *time;
}

}  // namespace

column_defaults::column_defaults(const std::vector<column_default>& given) {
  for (const column_default& one : given)
    rules_.push_back(read(one));
}

column_defaults::rule column_defaults::read(const column_default& given) {
  rule out;
  out.what = given;
  if (!given.hosts.empty() && !is_pattern(given.hosts)) out.hosts.add_text(given.hosts);
  if (is_in_brackets(given.hosts)) {
    out.hosts.add_text(std::string_view{given.hosts}.substr(1, given.hosts.size() - 2));
  }
  if (!is_column_name(given.column)) {
    throw std::invalid_argument{fmt::format("'{}' is no name of a column", excerpt(given.column))};
  }
  const auto known = target_column_of(given.column);
  if (known && (names_target(*known) || *known == target_column::label)) {
    throw std::invalid_argument{
        fmt::format("{} is of one target only: it has no default", given.column)};
  }
  out.is_timeout = known == target_column::timeout;
  if (out.is_timeout && !given.value.empty()) out.timeout = read_timeout(given.value);
  if (known == target_column::port && !given.value.empty()) {
    if (const auto port = parse_port(given.value); !port) {
      throw std::invalid_argument{fmt::format("port: {}", port.error().message)};
    }
  }
  return out;
}

std::string column_defaults::wrong_with_hosts(std::string_view hosts) {
  if (!is_pattern(hosts) || is_in_brackets(hosts)) {
    if (is_in_brackets(hosts)) hosts = hosts.substr(1, hosts.size() - 2);
    return exclude_set{}.add_text(hosts);
  }
  if (hosts.find_first_of(", \t") != hosts.npos) return "write one, and the option again for more";
  if (std::ranges::count(hosts, ':') == 1) return "hosts have no port here";
  if (hosts.find('/') != hosts.npos) return "write a block, or a pattern, but not both";
  return {};
}

bool column_defaults::rule::matches(const target& subject) const {
  if (what.hosts.empty()) return true;
  const bool has_address = !subject.needs_lookup() && subject.form() != target_form::line;
  if (has_address && hosts.contains(subject.address())) return true;
  if (subject.needs_lookup() && hosts.contains_name(subject.host())) return true;
  if (has_address && !hosts.empty()) return false;
  std::string host = host_of(subject);
  const bool is_rooted = subject.needs_lookup() && host.ends_with('.');
  if (is_rooted && !what.hosts.ends_with('.')) host.pop_back();
  return ::fnmatch(what.hosts.c_str(), host.c_str(), FNM_CASEFOLD | FNM_NOESCAPE) == 0;
}

void column_defaults::complete(target& subject) const {
  std::vector<bool> matches;
  for (const rule& one : rules_)
    matches.push_back(one.matches(subject));
  if (std::ranges::none_of(matches, std::identity{})) return;
  const target_parameters* const row = subject.parameters();
  if (row || !last_ || matches != last_matches_) {
    auto whole = std::make_shared<target_parameters>(row ? *row : target_parameters{});
    bool has_timeout = whole->timeout.has_value();
    for (std::size_t i = rules_.size(); i-- > 0;) {
      const rule& one = rules_[i];
      if (!matches[i]) continue;
      if (one.is_timeout && !std::exchange(has_timeout, true)) whole->timeout = one.timeout;
      whole->defaults.emplace_back(one.what.column, one.what.value);
    }
    if (row) {
      subject = subject.with(std::move(whole));
      return;
    }
    last_ = std::move(whole);
    last_matches_ = std::move(matches);
  }
  subject = subject.with(last_);
}

}  // namespace muster
