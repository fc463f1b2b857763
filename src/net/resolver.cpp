// Strategy: a name that is asked for and neither in the cache nor known to this machine becomes a
// `flight`: one lookup, and the list of those who wait for it. A new flight queues; a turn of the
// resolver, posted to the io_context, hands queued flights to c-ares, a bounded number at a time,
// and tells the waiters of those that have ended. So waiters are called from one place only, with
// neither c-ares nor a call to the resolver below them on the stack, and may do as they please.
//
// A coroutine may own the very resolver that it waits for, so that neither is destroyed before the
// other: a service of the io_context knows every resolver, and breaks that circle at its end.
#include "muster/resolver.hpp"

#include "net/resolver_state.hpp"

#include <algorithm>
#include <cassert>

#include <asio/execution_context.hpp>

namespace muster {

namespace {

using namespace std::chrono_literals;

// An answer of the family that is not preferred is held back this long: the resolution delay of RFC
// 8305, 3. A question that nobody waits for any more keeps its socket for as long.
constexpr std::chrono::milliseconds resolution_delay{50};
// What this machine knows of itself has no TTL; an edit of the hosts file shows after this time.
constexpr std::chrono::seconds local_ttl = 1s;
// A server that failed or kept silent is asked again soon, but not at once for each of a thousand
// targets with the same name.
constexpr std::chrono::seconds failure_ttl = 1s;

}  // namespace

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
  const auto now = clock::now();
  ended.answer = {reply.failure, std::move(reply.addresses), reply.arrived.value_or(now)};
  cache_.store(ended.name, ended.answer, now, ttl);
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
