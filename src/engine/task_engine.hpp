#pragma once

#include "command/column_defaults.hpp"
#include "command/command_template.hpp"
#include "engine/delay_line.hpp"
#include "engine/least_free.hpp"
#include "engine/ordered_window.hpp"
#include "engine/refill_lines.hpp"
#include "engine/run_course.hpp"
#include "limit/host_slots.hpp"
#include "muster/resolver.hpp"
#include "muster/run.hpp"
#include "muster/semaphore.hpp"
#include "muster/token_bucket.hpp"
#include "net/error_status.hpp"
#include "net/job.hpp"
#include "net/timeline.hpp"
#include "process/child_process.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

namespace muster {

/// A task that is still to be started, for the first time or again.
struct task_cursor {
  std::uint64_t sequence = 0;
  std::vector<target> targets;
  std::size_t argument_bytes = 0;  // of a batch
  std::string group;
  std::uint64_t host_key = 0;
  std::unique_ptr<std::vector<task_attempt>> attempts;  // when it was tried before
};

/// What a `command_run` does. Starting tasks is in task_pump.cpp, what becomes of them in
/// task_engine.cpp.
class task_engine {
 public:
  task_engine(asio::io_context& context, run_options options, target_stream& targets,
              run_observer& observer);
  ~task_engine();

  asio::awaitable<run_summary> run();
  void stop(reason why);
  void hold(bool held) { course_.hold(held); }
  void kill();
  /// The stream was fed or ended.
  void targets_ready();

  std::size_t max_in_flight() const { return permits_.limit(); }
  void set_max_in_flight(std::size_t tasks_max);
  void set_rate(double rate_per_second);
  void set_per_host_max(std::size_t tasks_max);
  void set_group_max(std::string_view group, std::size_t tasks_max);

  run_progress progress() const;

 private:
  class running_task;

  // The pump.

  static job pump(job_scope&, task_engine& self);
  std::optional<task_cursor> next_task();
  std::optional<task_cursor> pull_task();
  std::optional<task_cursor> admit_to_host(task_cursor&& task);
  std::optional<task_cursor> admit_to_group(task_cursor&& task);
  target_stream::pull take_targets(std::vector<target>& batch, std::size_t& bytes);
  void pass_over_number();
  bool is_full(const std::vector<target>& batch, std::size_t bytes) const;
  /// Adds targets to a batch as far as they have come. False when it is to wait for more.
  bool gather_batch();
  bool may_grow(const task_cursor& task) const;
  static job grow_soon(job_scope&, task_engine& self);
  bool may_pull() const;
  bool drained() const;
  void launch(task_cursor&& task, semaphore_permit permit);
  void begin(running_task& task, std::string_view address);
  void end_early(running_task& task, outcome what);
  resolver& names();
  void settle_unstarted();
  void settle(task_cursor&& task);
  void end_unstarted(task_cursor&& task, reason why);

  // Results.

  void on_end(running_task& task, process_result&& result);
  bool try_again(task_cursor& task, const process_result& result);
  bool is_retried(const process_result& result) const;
  void release_due();
  void set_retry_alarm();
  void leave(const task_cursor& task);
  void refill(const task_result& result);
  void report(task_result&& result);
  void look_at_failures();
  void stop_starting(reason why);
  void wake() { course_.wake(); }
  bool stopping() const { return course_.stopping(); }
  void note_waiting();
  run_summary summary() const;

  run_options options_;
  command_template command_;
  column_defaults defaults_;
  asio::io_context& context_;
  target_stream& targets_;
  run_observer& observer_;
  token_bucket bucket_;
  semaphore permits_;
  least_free slots_;  // of the tasks in flight
  host_slots<task_cursor> hosts_;
  host_slots<task_cursor> groups_;
  delay_line<task_cursor> retries_;
  std::optional<basic_ordered_window<task_result>> window_;
  std::optional<refill_lines> refill_;
  std::vector<target> batch_;  // gathered for the next task
  std::size_t batch_bytes_ = 0;
  std::size_t argument_bytes_max_;  // of a batch: what fits into a command
  task_cursor* growing_ =
      nullptr;  // the task that waits to be started, if it may have more targets
  run_summary sum_;
  std::uint64_t pulled_ = 0;     // targets
  std::uint64_t unstarted_ = 0;  // of them, those that were never asked for
  std::uint64_t sequence_ = 0;   // of the next task
  std::uint64_t failed_ = 0;     // tasks
  std::uint64_t failed_targets_ = 0;
  bool exhausted_ = false;
  bool pull_held_ = false;   // more could be pulled, if there were room
  bool batch_due_ = false;   // a batch that waits for more is not to wait any longer
  bool growth_due_ = false;  // targets have come for the task that grows
  system_timeline time_;
  run_course course_;
  nap rate_nap_;
  std::unique_ptr<alarm> retry_alarm_;
  std::unique_ptr<alarm> batch_alarm_;
  process_host host_;
  std::optional<resolver> names_;  // when a name's address was first asked for
  intrusive_list<running_task> running_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
