// Strategy: names stand in line for one of the places of lookups under way, and for a server that
// has room for a question. Of those who were asked last it is not known whether the server has read
// the questions: these are young, and there are only so many of them. Whoever asked a name and gave
// up leaves its place to others, though its question goes on.
#include "net/resolver_state.hpp"

#include <stdexcept>
#include <utility>

namespace muster {
namespace {

// Lookups under way at once; further ones queue. Names that are slow to resolve take seconds each,
// so a smaller number makes a long list of them slow; c-ares 1.18 walks all its queries, two for
// each lookup, now and then, so a larger number makes it slow.
constexpr std::size_t lookups_in_flight_max = 1'024;

// Of these, the lookups whose questions the name server may not have read yet. The receive buffer
// of one with Linux' defaults was measured to hold 262 questions, two for each lookup: of a
// thousand lookups begun at once, seven of eight were lost, and waited for their timeouts. A server
// reads in order, so an answer shows that the questions before it were read: what they ask is slow,
// and holds up nobody. So does what is not answered after `settle_time`, as the server may be gone;
// a server that is alive but busy with other work is given that long to come back.
constexpr std::size_t burst_lookups_max = 100;
constexpr std::chrono::milliseconds settle_time{500};

// Lookups begun in one turn: the loop has other work.
constexpr std::size_t starts_per_turn_max = 50;

// Questions that nobody waits for any more and that are not answered yet: each has one of 65,536
// message ids. With more of them, no further lookup begins.
constexpr std::size_t left_over_max = 16'384;

}  // namespace

void resolver::state::start_queued() {
  const auto now = clock::now();
  settle(now);
  if (!queued_.empty() && in_flight_ >= lookups_in_flight_max) make_room();
  const auto has_room = [this] {
    return in_flight_ < lookups_in_flight_max && young_count_ < burst_lookups_max &&
           left_over_.size() + unwanted_ < left_over_max;
  };
  for (std::size_t started = 0; !queued_.empty() && has_room();) {
    // No more in this turn.
    if (started == starts_per_turn_max) return schedule_turn();
    flight& next = queued_.pop_front();
    if (next.waiters.empty()) {
      // Everybody lost interest while it queued.
      flights_.erase(flights_.find(next.name));
      continue;
    }
    ++started;
    start(next, now);
  }
  // Otherwise the next lookup that ends schedules a turn.
  if (!queued_.empty() && !young_.empty()) {
    settled_->set(young_.front().began + settle_time);
  } else {
    settled_->clear();  // an idle resolver must not keep the io_context running
  }
}

void resolver::state::start(flight& next, clock::time_point now) {
  ++statistics_.queries;
  ++in_flight_;
  ++young_count_;
  young_.push_back(next);
  next.began = now;
  next.has_begun = true;
  next.waiters.visit_once([](waiter& one) {
    one.in_line_ = false;
    one.asked();
  });
  if (const reason why = ensure_channel(); why != reason::none) {
    finish(next, {.failure = why, .addresses = {}, .ttl = {}, .unasked = true});
  } else {
    next.ask(*channel_, codec::plan_search(next.name, conf_));
  }
}

void resolver::state::settle(clock::time_point now) {
  while (!young_.empty() && now - young_.front().began >= settle_time) {
    young_.pop_front();
    --young_count_;
  }
}

/// `none`, or why there is no channel this time.
reason resolver::state::ensure_channel() {
  if (channel_) return reason::none;
  if (!config_is_read_) {
    const reason why = read_dns_config(options_.config_file, channel_options_, conf_);
    if (why != reason::none) return why;
    config_is_read_ = true;
  }
  try {
    channel_ = std::make_unique<dns_channel>(context_, channel_options_);
  } catch (const std::runtime_error&) {
    return reason::socket_error;
  }
  return reason::none;
}

void resolver::state::no_longer_young(flight& any) {
  any.unlink();
  --young_count_;
}

/// A server read a question of this lookup, and so those of the lookups before it.
void resolver::state::note_read(flight& read) {
  if (!read.linked()) return;
  while (read.linked())
    no_longer_young(young_.front());
  // There is room for others.
  if (!queued_.empty()) schedule_turn();
}

void resolver::state::leave_place(flight& any) {
  if (any.linked()) no_longer_young(any);
  if (any.is_unwanted) {
    --unwanted_;
  } else {
    --in_flight_;
  }
}

/// What nobody waits for goes on, and its answer is remembered; but it holds up nobody.
void resolver::state::make_room() {
  if (!std::exchange(may_have_unwanted_, false)) return;
  for (const auto& [name, flying] : flights_) {
    if (!flying->has_begun || flying->is_unwanted || !flying->waiters.empty()) continue;
    leave_place(*flying);
    flying->is_unwanted = true;
    ++unwanted_;
  }
}

}  // namespace muster
