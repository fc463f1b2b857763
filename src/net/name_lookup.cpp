#include "net/name_lookup.hpp"

#include "net/route_check.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

bool is_denial(reason why) { return why == reason::name_not_found || why == reason::no_address; }

/// What two questions about a name come to, of which neither brought an address.
reason both_failed(reason preferred, reason other) {
  if (!is_denial(preferred)) return preferred;
  if (!is_denial(other)) return other;
  return preferred == other ? preferred : reason::no_address;
}

/// Two answers as one.
dns_reply joined(dns_reply first, dns_reply second) {
  auto& all = first.addresses;
  all.insert(all.end(), second.addresses.begin(), second.addresses.end());
  if (all.size() > resolver::addresses_max) all.resize(resolver::addresses_max);
  first.ttl = std::min(first.ttl, second.ttl);
  first.arrived = std::max(first.arrived, second.arrived);
  return first;
}

}  // namespace

std::vector<ip_address> usable_family(std::vector<ip_address> addresses,
                                      address_preference preference) {
  const auto is_preferred = [preference](const ip_address& address) {
    return address.is_v6() == prefers_v6(preference);
  };
  const auto other = std::stable_partition(addresses.begin(), addresses.end(), is_preferred);
  if (wants_both(preference)) return addresses;
  if (other == addresses.begin() || other == addresses.end()) return addresses;
  if (!has_route(addresses.front()) && has_route(*other)) {
    addresses.erase(addresses.begin(), other);
  } else {
    addresses.erase(other, addresses.end());
  }
  return addresses;
}

name_lookup::name_lookup(address_preference preference)
    : wants_both_{wants_both(preference)},
      waits_for_both_{preference == address_preference::both},
      count_{allows_v4(preference) && allows_v6(preference) ? 2U : 1U} {
  const bool v6 = prefers_v6(preference);
  questions_[0].family = v6 ? dns_family::v6 : dns_family::v4;
  questions_[1].family = v6 ? dns_family::v4 : dns_family::v6;
  for (question& each : questions_)
    each.owner = this;
}

bool name_lookup::question::is_usable() {
  if (!std::exchange(usable_is_known, true)) usable = has_route(reply.addresses.front());
  return usable;
}

void name_lookup::ask(dns_channel& channel, codec::search_plan plan) {
  channel_ = &channel;
  plan_ = std::move(plan);
  ask_next();
}

bool name_lookup::is_asking() const { return std::ranges::any_of(questions_, &question::waiting); }

void name_lookup::ask_next() {
  const std::string& name = plan_.names[next_++];
  delay_began_ = delay_is_over_ = false;
  starting_ = true;
  for (question& each : questions()) {
    each.reply = {};
    each.waiting = true;
    each.usable_is_known = false;
  }
  for (question& each : questions())
    channel_->start(name, each.family, each);
  starting_ = false;
  decide();
}

void name_lookup::take(question& which, dns_reply reply) {
  which.waiting = false;
  which.reply = std::move(reply);
  if (!which.reply.unasked && which.reply.failure != reason::resolve_timeout) on_read();
  if (starting_) return;
  if (!ended_) return decide();
  if (!is_asking()) on_idle();
}

void name_lookup::stop_waiting() {
  delay_is_over_ = true;
  if (!ended_) decide();
}

void name_lookup::decide() {
  if (count_ == 2) return decide_between(questions_[0], questions_[1]);
  question& only = questions_[0];
  if (only.waiting) return;
  if (!only.has_address()) return fail(only.reply.failure);
  end(std::move(only.reply));
}

void name_lookup::decide_between(question& preferred, question& other) {
  if (wants_both_ && is_asking()) {
    const bool may_end = preferred.has_address() || other.has_address();
    if (waits_for_both_ || !may_end) return;
    if (!std::exchange(delay_began_, true)) on_delay();
    if (!delay_is_over_) return;
  }
  if (wants_both_ && preferred.has_address() && other.has_address()) {
    return end(joined(std::move(preferred.reply), std::move(other.reply)));
  }
  if (preferred.has_address()) {
    if (other.has_address() && !preferred.is_usable() && other.is_usable()) {
      return end(std::move(other.reply));
    }
    if (!other.waiting || preferred.is_usable()) return end(std::move(preferred.reply));
    return;
  }
  if (other.has_address()) {
    if (!preferred.waiting || (delay_is_over_ && other.is_usable())) {
      return end(std::move(other.reply));
    }
    if (!std::exchange(delay_began_, true)) on_delay();
    return;
  }
  if (!is_asking()) fail(both_failed(preferred.reply.failure, other.reply.failure));
}

/// Goes on to the next name of the plan, as glibc does: after a denial, and where a server could
/// not find out.
void name_lookup::fail(reason why) {
  found_no_address_ |= why == reason::no_address;
  server_failed_ |= why == reason::name_server_failure;
  if (next_ == 1 && plan_.begins_with_itself) own_failure_ = why;
  const bool goes_on = is_denial(why) || why == reason::name_server_failure;
  if (goes_on && next_ < plan_.names.size()) return ask_next();
  if (goes_on && found_no_address_) {
    why = reason::no_address;
  } else if (goes_on && server_failed_) {
    why = reason::name_server_failure;
  }
  if (own_failure_ != reason::none) why = own_failure_;
  dns_reply reply;
  reply.failure = why;
  reply.unasked =
      std::ranges::all_of(questions(), [](const question& each) { return each.reply.unasked; });
  end(std::move(reply));
}

void name_lookup::end(dns_reply reply) {
  ended_ = true;
  on_end(std::move(reply));
}

}  // namespace muster
