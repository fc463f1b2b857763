#pragma once

#include "engine/address_book.hpp"
#include "engine/ordered_window.hpp"
#include "engine/probe_cursor.hpp"
#include "engine/retry_book.hpp"
#include "engine/scheduler.hpp"
#include "engine/stage_book.hpp"
#include "engine/target_clock.hpp"
#include "muster/sweep.hpp"
#include "net/job.hpp"
#include "net/timeline.hpp"
#include "probe/plan_slots.hpp"
#include "probe/probe_world.hpp"
#include "probe/prober.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

namespace muster {

/// What a `sweep` does, on whatever network. Which probes there are to start is in
/// sweep_source.cpp, what becomes of them in sweep_engine.cpp; when one starts is for the scheduler
/// to say.
class sweep_engine final : public result_consumer {
 public:
  using result_handler = sweep::result_handler;

  /// Everything that is passed by reference outlives the engine. Throws std::invalid_argument when
  /// an option makes no sense.
  sweep_engine(asio::io_context& context, probe_world& world, sweep_options options,
               target_stream& targets, result_handler on_result);

  asio::awaitable<sweep_summary> run();
  void stop(reason why);
  void hold(bool held) { scheduler_.hold(held); }
  /// Targets have come that it may be waiting for.
  void wake() { scheduler_.wake(); }
  void on_result(probe_result&& result) override;
  void on_reply(probe_kind kind, std::chrono::nanoseconds rtt) override {
    totals_.add_reply(kind, rtt);
  }
  void on_unkillable(const target& subject, pid_t process) override {
    if (tell_unkillable) tell_unkillable(subject, process);
  }

  sweep_progress progress() const;
  prober& probes() { return prober_; }
  std::function<void()> want_targets;
  std::function<void()> before_stop;
  std::function<void(const target&, pid_t)> tell_unkillable;
  sweep::unasked_handler tell_unasked;

 private:
  friend class scheduler<sweep_engine>;

  // What the scheduler asks of its client.

  /// A probe whose host has a slot for it.
  struct work {
    probe_request request;
    std::uint64_t host;
    bool retry;
    bool first;  // nothing of its target was taken before
  };
  using cursor = probe_cursor;

  source_answer pull(probe_cursor& into);
  bool has_room() const;
  static std::uint64_t host_of(const probe_cursor& of) { return host_key(of.subject); }
  static std::uint64_t host_of(const work& of) { return of.host; }
  work take(probe_cursor& from);
  static bool has_more(const probe_cursor& rest) { return rest.next < rest.end; }
  static std::uint64_t group_of(const work&) { return 0; }
  std::size_t scarce_for(const work& probe) const {
    return needs_[static_cast<std::size_t>(probe.request.kind())];
  }
  static void give(work& probe, semaphore_permit permit) {
    probe.request.resource = std::move(permit);
  }
  bool admits(work& probe);
  void start(work&& probe, semaphore_permit permit);
  void end_unstarted(work&& probe, reason why) {
    report_unstarted(probe.request, why, probe.retry);
  }
  void take_back(work&& probe);
  void settle(probe_cursor&& rest);
  bool may_come_back() const { return retries_ || addresses_ || slots_.is_staged(); }

  // The source.

  /// Passes over the targets at the start that an earlier run was done with, as far as the stream
  /// goes for now; at most so many. False when there are none left to pass over.
  bool pass_over(std::size_t targets_max);
  /// The next target of the stream, unless it takes long. One that finds no memory, as to remember
  /// what it gave before, ends, and the run with it.
  target_stream::pull pull_target(target& into);
  /// Makes a target that was pulled ready to be begun; false when an earlier run was done with it.
  bool open(probe_cursor& from);
  /// Finds the addresses of a target, each of which is opened then.
  static job look_up(job_scope&, sweep_engine& self, probe_cursor of);
  void looked_up(const probe_cursor& name, const lookup_answer& answer);
  /// Of the numbers that a target has for its addresses, those from this one on are for none.
  void spare_addresses(std::uint64_t target, std::uint64_t first_unused);
  /// The same for one with later stages.
  bool open_stages(probe_cursor& from);
  void report_unstarted(const probe_request& request, reason why, bool retry);

  // Results.

  bool try_again(const probe_result& result);
  bool ask_next_address(probe_result& result);
  void report(probe_result&& result);

  // What follows from the results of one stage for the next.

  /// A target of which something is decided, and the result that does so.
  struct decision {
    const target& subject;
    std::uint64_t ordinal;
    std::uint64_t cause;
  };
  void follow(const target& subject, std::uint64_t sequence, const outcome& what);
  void begin(const decision& of, plan_slots::range probes);
  void skip(const decision& of, plan_slots::range probes, reason why);
  void drop(const decision& of, plan_slots::range probes);
  void conclude(const decision& of, std::size_t stage, std::uint64_t probes,
                std::optional<reason> why);

  void note_up(std::uint64_t ordinal);

  std::uint64_t ordinal_of(std::uint64_t sequence) const { return sequence / plan_size_; }
  /// How many of these probes of a target no earlier run has done.
  std::uint64_t undone(std::uint64_t ordinal, plan_slots::range probes) const;
  /// All that a target has, later stages included.
  plan_slots::range probes_of(const target& subject) const {
    return {0, static_cast<std::uint32_t>(probe_count(plan_size_, subject))};
  }
  /// The first of them, or `plan_size`.
  std::uint32_t next_undone(std::uint64_t ordinal, std::uint64_t index) const;
  /// Whether the time of its target is up after a wait.
  bool out_of_time(std::uint64_t sequence, std::chrono::nanoseconds wait = {}) {
    if (!target_times_) return false;
    const auto limit = target_times_->limit_of(ordinal_of(sequence));
    return limit && prober_.time_left(*limit) <= wait;
  }
  bool stopping() const { return scheduler_.stopping(); }
  sweep_summary summary() const;

  sweep_options options_;
  const plan_slots slots_;
  const std::uint64_t plan_size_;
  const std::uint64_t address_numbers_;  // each is the ordinal of an address of a target
  target_stream& targets_;
  result_handler on_result_;
  semaphore processes_;
  std::array<std::size_t, all_probe_kinds.size()> needs_{};  // the scarce thing of each kind
  std::optional<retry_book> retries_;
  std::optional<ordered_window> window_;
  std::optional<target_clock> target_times_;
  std::optional<address_book> addresses_;
  stage_book stages_;
  std::deque<probe_cursor> ready_;  // what was pulled, and found to be several
  std::size_t looking_up_ = 0;
  sequence_set up_targets_;  // at most min_up of them
  statistics totals_;
  std::uint64_t pulled_ = 0;  // ordinals of targets, also those that an earlier run was done with
  std::uint64_t asked_ = 0;
  std::uint64_t done_before_ = 0;  // probes of the targets pulled that an earlier run has done
  std::uint64_t unasked_ = 0;      // of the numbers of the targets pulled, those without a probe
  std::uint64_t spared_ = 0;       // of these, those of targets that name their only probe
  std::uint64_t unstarted_ = 0;    // targets pulled of which no probe was started
  timeline& time_;
  prober prober_;
  scheduler<sweep_engine> scheduler_;
  job_scope lookups_;  // last: its jobs use all of the above
};

}  // namespace muster
