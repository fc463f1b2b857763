#pragma once

#include "engine/ordered_window.hpp"
#include "engine/probe_cursor.hpp"
#include "engine/retry_book.hpp"
#include "engine/run_course.hpp"
#include "engine/target_clock.hpp"
#include "limit/host_slots.hpp"
#include "muster/semaphore.hpp"
#include "muster/sweep.hpp"
#include "muster/token_bucket.hpp"
#include "net/job.hpp"
#include "net/network.hpp"
#include "net/timeline.hpp"
#include "probe/plan_requests.hpp"
#include "probe/prober.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

namespace muster {

/// What a `sweep` does, on whatever network. Starting probes is in sweep_pump.cpp, what becomes of
/// them in sweep_engine.cpp.
class sweep_engine final : public result_consumer {
 public:
  using result_handler = sweep::result_handler;

  /// Everything that is passed by reference outlives the engine. Throws std::invalid_argument when
  /// an option makes no sense.
  sweep_engine(asio::io_context& context, network& around, sweep_options options,
               target_stream& targets, result_handler on_result);

  asio::awaitable<sweep_summary> run();
  void stop(reason why);
  void hold(bool held) { course_.hold(held); }
  /// Something that the pump may be waiting for has come.
  void wake() { course_.wake(); }
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

 private:
  /// A probe whose host has a slot for it.
  struct ready_probe {
    probe_request request;
    std::uint64_t key;
    bool retry;
    bool first;  // nothing of its target was taken before
  };
  /// Something that there are only so many of, and the probes that wait for one. Those that need
  /// something else pass them by.
  struct resource {
    semaphore permits;
    std::deque<ready_probe> line = {};
    bool is_awaited = false;
  };

  // The pump.

  static job pump(job_scope&, sweep_engine& self);
  std::optional<ready_probe> next_probe();
  std::optional<ready_probe> take_probe();
  std::optional<ready_probe> pull_probe();
  /// What the probe needs besides the right to be in flight; nullptr for nothing.
  resource* needed_by(const ready_probe& probe);
  /// Gives a probe what it needs, or puts it into the line for that.
  std::optional<ready_probe> provide(ready_probe&& probe);
  static job await_resource(job_scope&, sweep_engine& self, resource& scarce);
  std::size_t in_lines() const { return descriptors_.line.size() + processes_.line.size(); }
  /// The next target of the stream, unless it takes long. One that finds no memory, as to remember
  /// what it gave before, ends, and the run with it.
  target_stream::pull pull_target(target& into);
  bool may_pull() const;
  /// Makes a target that was pulled ready to be begun; false when an earlier run was done with it.
  bool open(probe_cursor& cursor);
  ready_probe take_from(probe_cursor cursor, std::uint64_t key);
  void launch(ready_probe&& probe);
  /// Passes over the targets at the start that an earlier run was done with, as far as the stream
  /// goes for now; at most so many. False when there are none left to pass over.
  bool pass_over(std::size_t targets_max);
  bool drained() const;
  /// Reports, or counts as never asked for, whatever was not started when the run was stopped.
  void settle_unstarted();
  void settle(const probe_cursor& cursor);
  /// Reports a probe, which has a slot, that is not started because its time is up or the run ends.
  void end_unstarted(ready_probe&& probe, reason why);
  /// The same at the end of the run, where what was not asked for before was never asked for.
  void take_back(ready_probe&& probe);
  void report_unstarted(const probe_request& request, reason why, bool retry);

  // Results.

  bool try_again(const probe_result& result);
  void release_due();
  void set_retry_alarm();
  void report(probe_result&& result);
  void after_first(const target& subject, std::uint64_t ordinal, status first);
  void note_up(std::uint64_t ordinal);

  std::uint64_t ordinal_of(std::uint64_t sequence) const { return sequence / plan_size_; }
  /// How many of a target's `count` probes, from `index` on, no earlier run has done.
  std::uint64_t undone_from(std::uint64_t ordinal, std::uint64_t index, std::uint64_t count) const;
  /// The first of them, or `plan_size`.
  std::uint32_t next_undone(std::uint64_t ordinal, std::uint64_t index) const;
  bool out_of_time(std::uint64_t sequence) const {
    return target_times_ && time_.now() >= target_times_->end_of(ordinal_of(sequence));
  }
  bool stopping() const { return course_.stopping(); }
  sweep_summary summary() const;

  sweep_options options_;
  const std::uint64_t plan_size_;
  asio::io_context& context_;
  target_stream& targets_;
  result_handler on_result_;
  token_bucket bucket_;
  semaphore permits_;
  resource descriptors_;
  resource processes_;
  std::array<resource*, all_probe_kinds.size()> needs_{};  // of each kind; nullptr for nothing
  std::deque<ready_probe> provided_;  // they have what they waited for
  host_slots<probe_cursor> slots_;
  std::optional<std::pair<std::uint64_t, probe_cursor>> current_;  // its host's slot is held
  std::optional<retry_book> retries_;
  std::optional<ordered_window> window_;
  std::optional<target_clock> target_times_;
  sequence_set up_targets_;  // at most min_up of them
  statistics totals_;
  std::uint64_t pulled_ = 0;  // targets, also those that an earlier run was done with
  std::uint64_t asked_ = 0;
  std::uint64_t done_before_ = 0;  // probes of the targets pulled that an earlier run has done
  std::uint64_t unasked_ = 0;      // of the numbers of the targets pulled, those without a probe
  std::uint64_t spared_ = 0;       // of these, those of targets that name their only probe
  std::uint64_t unstarted_ = 0;    // targets pulled of which no probe was started
  std::uint64_t descriptor_waits_ = 0;
  bool exhausted_ = false;
  bool pull_held_ = false;  // more targets could be pulled, if there were room
  timeline& time_;
  run_course course_;
  nap rate_nap_;
  std::unique_ptr<alarm> retry_alarm_;
  prober prober_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
