#pragma once

#include "muster/process.hpp"
#include "muster/statistics.hpp"
#include "muster/status.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace muster {

/// How one try of a task ended.
struct task_attempt {
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  int exit_code = -1;
  int signal = 0;
  std::chrono::nanoseconds took{0};
};

/// What became of one task: a command for one target, or for a batch of them. Every target that was
/// asked for is in exactly one of these.
struct task_result {
  /// The task's place in the order of its targets, from `run_options::first_sequence`; `{#}` is one
  /// more.
  std::uint64_t sequence = 0;
  /// One target, or those of a batch.
  std::vector<target> targets;
  std::string group;  ///< Its named group; empty for none.
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  /// More about the reason: the placeholder that has no value, or the interpreter that a script
  /// names.
  std::string detail;
  std::chrono::system_clock::time_point finished;
  /// The last try.
  process_result process;
  /// Every try, in order, when there was more than one or when another was still being waited for.
  std::unique_ptr<std::vector<task_attempt>> attempts;
};

/// What a run reports at its end. Statuses are counted by targets.
struct run_summary {
  statistics totals;
  std::uint64_t asked = 0;   ///< Targets asked for. Equals totals.total(), or it is a bug.
  std::uint64_t tasks = 0;   ///< Tasks that ended, whatever their status.
  std::uint64_t killed = 0;  ///< Targets whose task a signal ended; they are `mismatch`.
  std::uint64_t retries = 0;
  std::uint64_t done_before = 0;        ///< Targets that an earlier run had been done with.
  std::uint64_t not_started = 0;        ///< Targets known but never started, after an early stop.
  bool not_started_known = true;        ///< False when an unread rest could not be counted.
  std::uint64_t refilled = 0;           ///< Targets that came out of other tasks' output.
  std::uint64_t bad_targets = 0;        ///< Lines that were not targets.
  std::uint64_t duplicate_targets = 0;  ///< Targets left out because they had come before.
  std::uint64_t in_flight_peak = 0;     ///< The most tasks running at once.
  std::uint64_t waiting_peak = 0;       ///< The longest queue of tasks for hosts and groups.
  resource_waits waits;                 ///< For processes, descriptors and memory of this machine.
  latency_histogram took;               ///< Times of those that were run, retries included.
  std::chrono::nanoseconds elapsed{};
  bool stopped_early = false;
  /// interrupted, run_deadline, output_failed, too_many_failed or bad_target.
  reason stop_reason = reason::none;
};

}  // namespace muster
