// Strategy: two targets are the same when they would be asked the same question at the same place:
// host, port, and where a row says so, the kind of probe, the path and the Host header. Labels and
// times make no difference. Addresses go by these into groups of intervals, of which the plain one
// is by far the most used; names and URLs are remembered as text.
#include "targets/seen_targets.hpp"

#include "core/ascii.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster {
namespace {

/// What tells a row's target from another one of the same address; empty for a plain one. NUL can
/// stand in none of the parts.
std::string question_of(std::uint16_t port, std::uint32_t scope,
                        const target_parameters* parameters) {
  std::string key;
  const bool asks = parameters && (parameters->probe || !parameters->path.empty() ||
                                   !parameters->host.empty() || !parameters->columns.empty());
  if (port == 0 && scope == 0 && !asks) return key;
  key = fmt::format("{}%{}", port, scope);
  if (!asks) return key;
  key += '\0';
  if (parameters->probe) key += to_string(*parameters->probe);
  key += '\0';
  key += parameters->path;
  key += '\0';
  key += parameters->host;
  for (const auto& [name, value] : parameters->columns)
    key += fmt::format("{}{}{}{}", '\0', name, '\0', value);
  return key;
}

/// Whether the target goes with its neighbours into an interval. Rows with columns hardly have
/// neighbours of the same question.
bool is_address(const target& single) {
  const target_parameters* own = single.parameters();
  return !single.needs_lookup() && single.form() != target_form::url &&
         single.form() != target_form::line && !(own && !own->columns.empty());
}

/// The host as text, in whatever form it was written.
std::string host_text(const target& single) {
  if (single.form() == target_form::line) return std::string{single.written()};
  if (single.form() == target_form::url) {
    const std::string_view written = single.written();
    std::string key = lowered(written.substr(0, written.find(':')));
    return key.append("://").append(single.authority()).append(single.path());
  }
  return single.needs_lookup() ? std::string{single.host()} : single.address().to_string();
}

std::string name_key(const target& single) {
  std::string key = host_text(single);
  if (single.form() != target_form::line && key.back() == '.') key.pop_back();
  key += '\0';
  // A URL has its port in its authority, and is another question than its host and port.
  const std::uint16_t port = single.form() == target_form::url ? 0 : single.port();
  return key + question_of(port, single.scope(), single.parameters());
}

}  // namespace

std::optional<ip_address> seen_addresses::covering_end(ip_address address) const {
  if (address.is_v6()) return v6_.covering_end(address);
  const auto end = v4_.covering_end(address.v4());
  if (!end) return std::nullopt;
  return ip_address::from_v4(*end);
}

std::optional<ip_address> seen_addresses::free_end(ip_address address) const {
  if (address.is_v6()) return v6_.free_end(address);
  const auto end = v4_.free_end(address.v4());
  if (!end) return std::nullopt;
  return ip_address::from_v4(*end);
}

void seen_addresses::insert(ip_address first, ip_address last) {
  if (first.is_v4() && last.is_v4()) {
    v4_.insert(first.v4(), last.v4());
  } else {
    v6_.insert(first, last);
  }
}

seen_addresses& seen_targets::group_of(std::uint16_t port, std::uint32_t scope,
                                       const target_parameters* parameters) {
  std::string key = question_of(port, scope, parameters);
  if (key.empty()) return plain_;
  if (const auto known = grouped_.find(key); known != grouped_.end()) return known->second;
  if (grouped_.size() >= address_groups_max) return beyond_;
  return grouped_[std::move(key)];
}

void seen_targets::insert(seen_addresses& among, ip_address first, ip_address last) {
  if (intervals_ >= intervals_max || &among == &beyond_) {
    is_full_ = true;
    return;
  }
  intervals_ -= among.intervals();
  among.insert(first, last);
  intervals_ += among.intervals();
}

bool seen_targets::insert(const target& single) {
  if (is_address(single)) {
    seen_addresses& among = group_of(single.port(), single.scope(), single.parameters());
    if (among.covering_end(single.address())) return false;
    insert(among, single.address(), single.address());
    return true;
  }
  std::string key = name_key(single);
  if (texts_.count(key) != 0) return false;
  if (texts_.size() >= texts_max) {
    is_full_ = true;
  } else {
    texts_.insert(std::move(key));
  }
  return true;
}

}  // namespace muster
