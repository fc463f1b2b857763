#pragma once

#include "muster/detail/intrusive_list.hpp"
#include "muster/resolver.hpp"
#include "net/dns_cache.hpp"
#include "net/dns_channel.hpp"
#include "net/dns_config.hpp"
#include "net/local_names.hpp"
#include "net/name_lookup.hpp"
#include "net/timeline.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace muster {

/// What a `resolver` does. Who is asked about, and when, is in resolver_line.cpp; what becomes of
/// the answers in resolver.cpp.
class resolver::state : public std::enable_shared_from_this<state>, public list_hook {
 public:
  state(asio::io_context& context, resolver_options options)
      : context_{context},
        options_{std::move(options)},
        channel_options_{channel_options(options_)},
        known_here_{options_.fixed, options_.hosts_file, options_.preference},
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

}  // namespace muster
