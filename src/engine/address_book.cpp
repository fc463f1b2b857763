// Strategy: outcomes are kept by sequence number, for those probes only whose name has an address
// left to be asked. Of a name's outcomes one is told of as it is, so that all of a record is about
// one address; the others leave their status, reason and time, and their packets in the totals.
#include "engine/address_book.hpp"

#include "net/error_status.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace muster {
namespace {

address_outcome outcome_of(const probe_result& result) {
  return {result.subject.address(), result.status, result.reason, result.rtt};
}

/// Where all addresses are to be well, the worse before the better. What was left out counts for
/// nothing, and what could not be asked for less than what is known to be wrong.
unsigned badness(status outcome) {
  switch (outcome) {
    case status::skipped:
      return 0;
    case status::up:
      return 1;
    case status::cancelled:
      return 2;
    case status::local_error:
    case status::name_error:
      return 3;
    case status::mismatch:
      return 4;
    case status::protocol_error:
      return 5;
    case status::tls_error:
      return 6;
    case status::reset:
      return 7;
    case status::refused:
      return 8;
    case status::unreachable:
      return 9;
    case status::timeout:
      break;
  }
  return 10;
}

/// Whether an address has not answered, so that another one might.
bool is_open(status outcome) {
  return how_telling(outcome) > 0 || outcome == status::local_error || outcome == status::skipped;
}

}  // namespace

std::optional<ip_address> address_book::next(const probe_result& latest, address_use use) const {
  if (latest.status == status::cancelled) return std::nullopt;
  const bool is_any = choice_ == address_choice::any;
  if (is_any && (use != address_use::in_turn || !is_open(latest.status))) return std::nullopt;
  const auto all = latest.subject.addresses();
  const auto known = entries_.find(latest.sequence);
  const std::size_t asked = 1 + (known == entries_.end() ? 0 : known->second.outcomes.size());
  if (asked >= all.size()) return std::nullopt;
  return all[asked];
}

bool address_book::tells_more(const probe_result& one, const probe_result& other) const {
  if (choice_ == address_choice::all) {
    const unsigned mine = badness(one.status);
    const unsigned theirs = badness(other.status);
    return mine == theirs ? one.status == status::up && one.rtt > other.rtt : mine > theirs;
  }
  // It was not asked on.
  if (!is_open(one.status)) return true;
  return how_telling(one.status) > how_telling(other.status);
}

void address_book::keep(probe_result&& latest) {
  const auto [place, is_new] = entries_.try_emplace(latest.sequence);
  entry& known = place->second;
  known.outcomes.push_back(outcome_of(latest));
  if (!is_new && !tells_more(latest, known.chosen)) return totals_.add_try(latest);
  if (!is_new) totals_.add_try(known.chosen);
  known.chosen = std::move(latest);
}

void address_book::conclude(probe_result& last) {
  const auto place = entries_.find(last.sequence);
  if (place == entries_.end()) return;
  const auto finished = last.finished;
  keep(std::move(last));
  entry known = std::move(place->second);
  entries_.erase(place);
  last = std::move(known.chosen);
  last.finished = finished;
  last.addresses = std::make_unique<std::vector<address_outcome>>(std::move(known.outcomes));
}

}  // namespace muster
