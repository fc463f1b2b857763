// Strategy: a name that is asked for and neither in the cache nor known to this machine becomes a
// `flight`: one lookup, and the list of those who wait for it. A new flight queues; a turn of the
// resolver, posted to the io_context, hands queued flights to c-ares, a bounded number at a time,
// and tells the waiters of those that have ended. So waiters are called from one place only, with
// neither c-ares nor a call to the resolver below them on the stack, and may do as they please.
//
// A coroutine may own the very resolver that it waits for, so that neither is destroyed before the
// other: a service of the io_context knows every resolver, and breaks that circle at its end.
#include "muster/resolver.hpp"

#include "muster/detail/intrusive_list.hpp"
#include "net/dns_cache.hpp"
#include "net/dns_channel.hpp"
#include "net/dns_config.hpp"
#include "net/local_names.hpp"
#include "net/name_lookup.hpp"
#include "net/timeline.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <stdexcept>
#include <unordered_map>

#include <asio/execution_context.hpp>

namespace muster {

namespace {

using namespace std::chrono_literals;

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

// An answer of the family that is not preferred is held back this long: the resolution delay of RFC
// 8305, 3. A question that nobody waits for any more keeps its socket for as long.
constexpr std::chrono::milliseconds resolution_delay{50};
// Questions that nobody waits for any more and that are not answered yet: each has one of 65,536
// message ids. With more of them, no further lookup begins.
constexpr std::size_t left_over_max = 16'384;

// What this machine knows of itself has no TTL; an edit of the hosts file shows after this time.
constexpr std::chrono::seconds local_ttl = 1s;
// A server that failed or kept silent is asked again soon, but not at once for each of a thousand
// targets with the same name.
constexpr std::chrono::seconds failure_ttl = 1s;

}  // namespace

class resolver::state : public std::enable_shared_from_this<state>, public list_hook {
 public:
  state(asio::io_context& context, resolver_options options)
      : context_{context},
        options_{std::move(options)},
        channel_options_{channel_options(options_)},
        known_here_{options_.hosts_file, options_.preference},
        cache_{options_.cache_entries_max},
        time_{context},
        settled_{time_.make_alarm([this] { schedule_turn(); })},
        delays_over_{time_.make_alarm([this] { schedule_turn(); })} {}

  const lookup_answer* resolve(std::string_view name, waiter& interest);
  /// Ends everything; those who wait are told that they have been abandoned.
  void close();
  /// Somebody who waited was cancelled. If that was the last one, the lookups are of no use.
  void interest_lost();
  /// Moves those who wait to `waiters`.
  void disown(intrusive_list<waiter>& waiters);
  const resolver_statistics& statistics() const { return statistics_; }

 private:
  using clock = std::chrono::steady_clock;
  struct flight final : name_lookup, list_hook {
    flight(state& of, std::string_view name_asked)
        : name_lookup{of.options_.preference}, owner{of}, name{name_asked} {}
    void on_read() override { owner.note_read(*this); }
    void on_delay() override { owner.delay(*this); }
    void on_end(dns_reply reply) override { owner.finish(*this, std::move(reply)); }
    void on_idle() override { owner.forget(*this); }

    state& owner;
    const std::string name;
    intrusive_list<waiter> waiters;
    lookup_answer answer;
    clock::time_point began;
    bool has_begun = false;
    bool is_unwanted = false;  // it has left its place
  };

  const lookup_answer* numeric(ip_address address);
  void schedule_turn();
  void turn();
  void start_queued();
  void start(flight& next, clock::time_point now);
  void settle(clock::time_point now);
  reason ensure_channel();
  void note_read(flight& read);
  void no_longer_young(flight& any);
  void leave_place(flight& any);
  void make_room();
  void delay(flight& any);
  void end_delays(clock::time_point now);
  void finish(flight& ended, dns_reply reply);
  void forget(const flight& left_over);
  std::chrono::seconds ttl_of(const dns_reply& reply) const;
  void tell_waiters();
  bool is_awaited() const;

  asio::io_context& context_;
  resolver_options options_;
  dns_channel_options channel_options_;
  codec::resolv_conf conf_;
  bool config_is_read_ = false;
  lookup_answer local_;  // the one given last that was no remembered one
  local_names known_here_;
  dns_cache cache_;
  resolver_statistics statistics_;
  // Queued and under way, by `flight::name`.
  std::unordered_map<std::string_view, std::shared_ptr<flight>> flights_;
  intrusive_list<flight> queued_;
  intrusive_list<flight> young_;  // under way and perhaps not read yet, oldest first
  std::size_t young_count_ = 0;
  std::deque<std::shared_ptr<flight>> ended_;
  // Ended, but a question of theirs is still under way.
  std::unordered_map<const flight*, std::shared_ptr<flight>> left_over_;
  struct delayed {
    clock::time_point until;
    std::weak_ptr<flight> which;
  };
  std::deque<delayed> delays_;  // oldest first
  std::size_t in_flight_ = 0;   // with a place
  std::size_t unwanted_ = 0;    // without one, as nobody waits for them any more
  bool turn_scheduled_ = false;
  bool interest_lost_ = false;
  bool may_have_unwanted_ = false;  // somebody lost interest since they were looked for
  system_timeline time_;
  std::unique_ptr<alarm> settled_;
  std::unique_ptr<alarm> delays_over_;
  std::unique_ptr<dns_channel> channel_;  // last: it refers to the flights
};

const lookup_answer* resolver::state::resolve(std::string_view name, waiter& interest) {
  assert(!interest.waiting());
  interest.in_line_ = false;
  static const lookup_answer not_a_name{reason::invalid_name, {}};
  if (const auto address = ip_address::parse(name)) return numeric(*address);
  dns_cache::key_buffer buffer;
  const std::string_view key = dns_cache::key_of(name, buffer);
  if (key.empty()) return &not_a_name;
  const auto now = clock::now();
  if (const auto* known = cache_.find(key, now)) {
    ++statistics_.cache_hits;
    return known;
  }
  auto place = flights_.find(key);
  if (place == flights_.end()) {
    if (auto found = known_here_.find(key); !found.empty()) {
      local_ = {reason::none, usable_family(std::move(found), options_.preference)};
      cache_.store(key, local_, now, local_ttl);
      return &local_;
    }
    auto added = std::make_shared<flight>(*this, key);
    place = flights_.emplace(added->name, added).first;
    queued_.push_back(*added);
    schedule_turn();
  } else {
    ++statistics_.joined;
  }
  interest.in_line_ = !place->second->has_begun;
  place->second->waiters.push_back(interest);
  return nullptr;
}

const lookup_answer* resolver::state::numeric(ip_address address) {
  const bool wanted =
      address.is_v4() ? allows_v4(options_.preference) : allows_v6(options_.preference);
  local_ = wanted ? lookup_answer{reason::none, {address}} : lookup_answer{reason::no_address, {}};
  return &local_;
}

void resolver::state::schedule_turn() {
  if (std::exchange(turn_scheduled_, true)) return;
  asio::post(context_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->turn();
  });
}

void resolver::state::turn() {
  turn_scheduled_ = false;
  if (std::exchange(interest_lost_, false)) {
    if (!is_awaited()) return close();
    may_have_unwanted_ = true;
  }
  start_queued();
  end_delays(clock::now());
  tell_waiters();
}

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

void resolver::state::delay(flight& any) {
  const auto place = flights_.find(any.name);
  delays_.push_back({clock::now() + resolution_delay, place->second});
  delays_over_->set(delays_.front().until);
}

/// Ends what was waited for long enough, and what nobody waits for.
void resolver::state::end_delays(clock::time_point now) {
  while (!delays_.empty()) {
    const auto which = delays_.front().which.lock();
    const bool matters = which && which->is_asking();
    if (matters && delays_.front().until > now) break;
    delays_.pop_front();
    if (matters) which->stop_waiting();
  }
  if (!delays_.empty()) return delays_over_->set(delays_.front().until);
  delays_over_->clear();
  // What is left over must not keep the io_context running.
  if (flights_.empty() && !left_over_.empty()) {
    channel_.reset();
    left_over_.clear();
  }
}

void resolver::state::finish(flight& ended, dns_reply reply) {
  leave_place(ended);
  const auto ttl = ttl_of(reply);
  ended.answer = {reply.failure, std::move(reply.addresses)};
  cache_.store(ended.name, ended.answer, clock::now(), ttl);
  if (ended.is_asking()) {
    // Before it is taken out of those whom others join.
    delay(ended);
    left_over_.emplace(&ended, flights_.find(ended.name)->second);
  }
  auto node = flights_.extract(ended.name);
  ended_.push_back(std::move(node.mapped()));
  schedule_turn();
}

/// The last question of a lookup that has ended was answered.
void resolver::state::forget(const flight& left_over) {
  left_over_.erase(&left_over);  // may be its end
  schedule_turn();
}

std::chrono::seconds resolver::state::ttl_of(const dns_reply& reply) const {
  switch (reply.failure) {
    case reason::none:
      return std::clamp(reply.ttl, options_.ttl_min, options_.ttl_max);
    case reason::name_not_found:
    case reason::no_address:
      return options_.negative_ttl;
    case reason::too_many_open_files:
    case reason::out_of_memory:
      return 0s;
    default:
      return failure_ttl;
  }
}

void resolver::state::tell_waiters() {
  if (ended_.empty()) return;
  // Scheduled before any waiter is called, as one may throw: the others are told all the same.
  schedule_turn();
  for (std::size_t left = ended_.size(); left > 0 && !ended_.empty();) {
    // Shared, as the waiter may destroy the resolver while it reads the answer.
    const std::shared_ptr<flight> ended = ended_.front();
    if (ended->waiters.empty()) {
      ended_.pop_front();
      --left;
      continue;
    }
    ended->waiters.pop_front().resolved(ended->answer);
  }
}

bool resolver::state::is_awaited() const {
  const auto has_waiters = [](const auto& flying) { return !flying->waiters.empty(); };
  return std::ranges::any_of(
             flights_, has_waiters,
             [](const auto& named) -> const auto& { return named.second; }) ||
         std::ranges::any_of(ended_, has_waiters);
}

void resolver::state::interest_lost() {
  interest_lost_ = true;
  schedule_turn();
}

// A turn that is on the stack, in a waiter that destroyed the resolver, still holds this object and
// finds nothing left to do.
void resolver::state::close() {
  channel_.reset();
  left_over_.clear();
  delays_.clear();
  in_flight_ = young_count_ = unwanted_ = 0;
  settled_->clear();
  delays_over_->clear();
  intrusive_list<waiter> waiters;
  disown(waiters);
  ended_.clear();
  flights_.clear();
  while (!waiters.empty())
    waiters.pop_front().abandoned();
}

void resolver::state::disown(intrusive_list<waiter>& waiters) {
  for (const auto& flying : ended_)
    waiters.splice_back(flying->waiters);
  for (const auto& [name, flying] : flights_)
    waiters.splice_back(flying->waiters);
}

/// What knows every resolver of an io_context.
class resolver::service final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;
  explicit service(asio::execution_context& context) : asio::execution_context::service{context} {}

  void add(state& one) { states_.push_back(one); }

 private:
  void shutdown() override {
    intrusive_list<waiter> waiters;
    while (!states_.empty())
      states_.pop_front().disown(waiters);
    while (!waiters.empty())
      waiters.pop_front().discarded();
  }

  intrusive_list<state> states_;
};

resolver::resolver(asio::io_context& context, resolver_options options)
    : context_{context}, state_{std::make_shared<state>(context, std::move(options))} {
  asio::use_service<service>(context).add(*state_);
}

resolver::~resolver() { state_->close(); }

const lookup_answer* resolver::resolve(std::string_view name, waiter& interest) {
  return state_->resolve(name, interest);
}

void resolver::interest_lost() { state_->interest_lost(); }

void resolver::cancel() { state_->close(); }

resolver_statistics resolver::statistics() const { return state_->statistics(); }

}  // namespace muster
