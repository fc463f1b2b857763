#pragma once

#include "engine/lifecycle.hpp"
#include "limit/delay_line.hpp"
#include "limit/host_slots.hpp"
#include "muster/semaphore.hpp"
#include "muster/token_bucket.hpp"
#include "net/job.hpp"
#include "net/resume.hpp"
#include "net/timeline.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace muster {

/// What a source of works has when it is asked for the next.
enum class source_answer : std::uint8_t {
  works,        ///< A cursor over works of one host.
  passed_over,  ///< Nothing of what came is to be started; ask again.
  wait,         ///< Nothing for now; it wakes the scheduler when there is.
  pause,        ///< So far nothing, and others should have their turn before it looks on.
  end,          ///< Nothing, and there will be nothing more.
};

struct scheduler_limits {
  double rate = 0;  ///< Starts a second; 0 is without a limit.
  /// Tokens are waited for in steps of this, where a wake-up for each would cost more than a work.
  std::chrono::nanoseconds rate_quantum{0};
  std::size_t in_flight_max = 1;
  std::size_t per_host_max = 0;   ///< 0 is without a limit, and can't be changed.
  std::size_t per_group_max = 0;  ///< The same.
  std::size_t parked_max = 0;     ///< Cursors, and works for groups, before no more are pulled.
  std::size_t lines_max = 0;      ///< Works that wait for something scarce; the same.
  std::size_t batch_max = 1;      ///< Starts before others have their turn.
  unsigned retries = 0;           ///< Of one work.
};

/// Starts works as soon as all limits let it: sweeps, runs of commands and whatever else has a
/// source of works. A limit is on what is in flight: at all, for each host, for each group, and of
/// each scarce thing (descriptors, processes).
///
/// A Client has these types:
///
///     work                             what is started as one
///     cursor                           what is still to be started for one host
///
/// and these functions, which the scheduler calls:
///
///     source_answer pull(cursor&)      the next of its source
///     bool has_room() const            whether it may be asked for it
///     uint64_t host_of(const cursor&)  whose slots it needs
///     work take(cursor&)               its next work
///     bool has_more(const cursor&)     whether there is another after that
///     uint64_t group_of(const work&)   0 for none
///     size_t scarce_for(const work&)   the number of the scarce thing that it needs, or no_need
///     void give(work&, permit)         here it is
///     bool admits(work&)               false when it has ended, being due no longer
///     void start(work&&, permit)       with the right to be in flight; it ends with `ending`
///     void end_unstarted(work&&, why)  when the scheduler is stopped right before its start
///     void take_back(work&&)           the same, for what waited in a line
///     void settle(cursor&&)            the same, for what waited for its host or for another try
///     bool may_come_back() const       whether what is in flight may bring new works
template <class Client>
class scheduler : public lifecycle {
 public:
  using work = typename Client::work;
  using cursor = typename Client::cursor;

  static constexpr std::size_t no_need = ~std::size_t{0};
  /// So many lines without a target are read before the loop goes on with what is in flight.
  static constexpr std::size_t lines_at_once_max = 512;

  /// `scarce`: what there are only so many of; it may be shared with others, who are served in the
  /// order in which they come. All references outlive the scheduler.
  scheduler(asio::io_context& context, timeline& time, Client& client, scheduler_limits limits,
            std::initializer_list<semaphore*> scarce)
      : lifecycle{context, time, [&client](reason why) { client.stop(why); }},
        context_{context},
        time_{time},
        client_{client},
        limits_{limits},
        bucket_{limits.rate},
        permits_{context.get_executor(), limits.in_flight_max},
        hosts_{limits.per_host_max, limits.parked_max},
        groups_{limits.per_group_max, limits.parked_max},
        delayed_{limits.retries},
        rate_wait_{time},
        delay_alarm_{time.make_alarm([this] { release_due(); })} {
    for (semaphore* const permits : scarce)
      lines_.emplace_back(*permits);
  }

  /// Sets it going, for `lifecycle::live`.
  void begin() {
    exhausted_ = false;
    start_works(scope_, *this);
  }
  /// Starts nothing more. False when it was told so before.
  bool stop(reason why);

  /// The end of a work that was started: to be made before anything else that follows from it, and
  /// destroyed after that.
  class ending {
   public:
    ending(scheduler& owner, std::uint64_t host, std::uint64_t group)
        : owner_{owner}, host_{host}, group_{group} {
      owner_.leave();
    }
    ending(const ending&) = delete;
    ending& operator=(const ending&) = delete;
    ~ending() { owner_.on_end(host_, group_); }

   private:
    scheduler& owner_;
    std::uint64_t host_;
    std::uint64_t group_;
  };

  /// More of a host that has been begun: it goes on as soon as there is a slot.
  void add(cursor&& more) {
    const std::uint64_t host = client_.host_of(more);
    hosts_.park(host, std::move(more));
  }
  /// Another try, number `retry` from 1, at `due`. All waits before one retry are of one length.
  void put_off(std::size_t retry, timeline::time_point due, cursor&& again) {
    delayed_.put(retry, due, std::move(again));
    set_delay_alarm();
  }
  /// The source has more, though it said that there was nothing.
  void reopen_source() {
    exhausted_ = false;
    pull_held_ = true;
  }
  /// What the source says outside of `pull`.
  void end_source() { exhausted_ = true; }
  bool source_ended() const { return exhausted_; }

  /// The work that is about to be started, and only waits for the rate and the right to be in
  /// flight; or nullptr.
  work* next_up() { return next_up_; }
  /// Cursors and works that wait for a host or a group.
  std::size_t parked() const { return hosts_.parked() + groups_.parked(); }
  std::size_t parked_peak() const { return parked_peak_; }
  std::size_t delayed() const { return delayed_.waiting(); }
  /// How often a work had to wait for something scarce.
  std::uint64_t waits_for(std::size_t scarce) const { return lines_[scarce].waits; }
  std::size_t in_flight_max() const { return permits_.limit(); }
  std::size_t permits_peak() const { return permits_.in_use_peak(); }

  // Limits, changed while it runs.

  void set_in_flight_max(std::size_t works_max) { permits_.set_limit(works_max); }
  void set_rate(double rate_per_second) {
    limits_.rate = rate_per_second;
    bucket_.set_rate(rate_per_second, time_.now());
    rate_wait_.wake();
  }
  void set_per_host_max(std::size_t works_max) {
    hosts_.set_limit(works_max);
    wake();
  }
  void set_group_max(std::uint64_t group, std::size_t works_max) {
    groups_.set_limit(group, works_max);
    wake();
  }

 private:
  /// Something that there are only so many of, and the works that wait for one.
  struct line {
    explicit line(semaphore& of) : permits{&of} {}
    semaphore* permits;
    std::deque<work> works = {};
    bool is_awaited = false;
    std::uint64_t waits = 0;
  };

  static job start_works(job_scope&, scheduler& self);
  static job await_scarce(job_scope&, scheduler& self, line& scarce);
  std::optional<work> next_work();
  std::optional<work> take_work();
  std::optional<work> pull_work();
  work take_from(cursor&& from, std::uint64_t host);
  bool enter_group(work& candidate);
  bool provide(work& candidate);
  bool may_pull() const { return hosts_.can_park() && groups_.can_park() && client_.has_room(); }
  std::size_t in_lines() const;
  bool drained() const;
  void free_slots(std::uint64_t host, std::uint64_t group);
  void on_end(std::uint64_t host, std::uint64_t group);
  void release_due();
  void set_delay_alarm() {
    if (const auto due = delayed_.next_due()) delay_alarm_->set(*due);
  }
  void settle_unstarted();

  asio::io_context& context_;
  timeline& time_;
  Client& client_;
  scheduler_limits limits_;
  token_bucket bucket_;
  semaphore permits_;
  std::deque<line> lines_;
  std::deque<work> provided_;  // they have what they waited for
  host_slots<cursor> hosts_;
  host_slots<work> groups_;                                  // each holds its host's slot
  std::optional<std::pair<std::uint64_t, cursor>> current_;  // its host's slot is held
  std::size_t parked_peak_ = 0;
  delay_line<cursor> delayed_;
  work* next_up_ = nullptr;
  bool exhausted_ = false;
  bool pull_held_ = false;  // more could be pulled, if there were room
  timed_wait rate_wait_;
  std::unique_ptr<alarm> delay_alarm_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster

#include "engine/scheduler_impl.hpp"
