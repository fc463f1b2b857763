// Strategy: hosts that are addresses are looked up as excluded ones are, patterns are left to
// fnmatch(3). What matches is put beside the target's own columns, which come first.
#include "core/column_defaults.hpp"

#include "core/duration_text.hpp"
#include "core/target_parts.hpp"
#include "core/target_record.hpp"
#include "muster/printable.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <fnmatch.h>

namespace muster {
namespace {

bool is_pattern(const std::string& hosts) { return hosts.find_first_of("*?[") != hosts.npos; }

std::chrono::nanoseconds read_timeout(const std::string& text) {
  const auto time = parse_duration(text);
  if (!time) throw std::invalid_argument{fmt::format("timeout: {}", time.error().message)};
  if (*time < std::chrono::milliseconds{1}) {
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
  rule out{given, {}, {}};
  if (!given.hosts.empty() && !is_pattern(given.hosts)) {
    if (const std::string wrong = out.hosts.add_text(given.hosts); !wrong.empty()) {
      throw std::invalid_argument{fmt::format("{}: {}", excerpt(given.hosts), wrong)};
    }
  }
  const auto known = target_column_of(given.column);
  if (given.column.empty() || (known && names_target(*known)) || known == target_column::label) {
    throw std::invalid_argument{
        fmt::format("'{}' can't be the same for several targets", excerpt(given.column))};
  }
  if (known == target_column::timeout) out.timeout = read_timeout(given.value);
  return out;
}

bool column_defaults::rule::matches(const target& subject) const {
  if (what.hosts.empty()) return true;
  const bool has_address = !subject.needs_lookup() && subject.form() != target_form::line;
  if (has_address && hosts.contains(subject.address())) return true;
  if (subject.needs_lookup() && hosts.contains_name(subject.host())) return true;
  return ::fnmatch(what.hosts.c_str(), host_of(subject).c_str(), FNM_CASEFOLD) == 0;
}

void column_defaults::complete(target& subject) const {
  std::vector<bool> matches;
  for (const rule& one : rules_)
    matches.push_back(one.matches(subject));
  if (std::ranges::none_of(matches, std::identity{})) return;
  const target_parameters* const row = subject.parameters();
  if (row || !last_ || matches != last_matches_) {
    auto whole = std::make_shared<target_parameters>(row ? *row : target_parameters{});
    std::optional<std::chrono::nanoseconds> timeout;
    for (std::size_t i = rules_.size(); i-- > 0;) {
      if (!matches[i]) continue;
      if (rules_[i].timeout && !timeout) timeout = rules_[i].timeout;
      whole->defaults.emplace_back(rules_[i].what.column, rules_[i].what.value);
    }
    if (!whole->timeout) whole->timeout = timeout;
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
