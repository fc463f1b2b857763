#pragma once

#include "command/column_defaults.hpp"
#include "command/command_template.hpp"
#include "engine/least_free.hpp"
#include "engine/ordered_window.hpp"
#include "engine/scheduler.hpp"
#include "muster/resolver.hpp"
#include "muster/run.hpp"
#include "muster/semaphore.hpp"
#include "net/error_status.hpp"
#include "net/job.hpp"
#include "net/timeline.hpp"
#include "process/child_process.hpp"
#include "targets/refill_lines.hpp"

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
  std::uint64_t group_key = 0;  // 0 for none
  std::uint64_t host_key = 0;
  std::unique_ptr<std::vector<task_attempt>> attempts;  // when it was tried before
};

/// What a `command_run` does. Which tasks there are to start is in task_source.cpp, what becomes of
/// them in task_engine.cpp; when one starts is for the scheduler to say.
class task_engine {
 public:
  task_engine(asio::io_context& context, run_options options, target_stream& targets,
              run_observer& observer);
  ~task_engine();

  asio::awaitable<run_summary> run();
  void stop(reason why);
  void hold(bool held) { scheduler_.hold(held); }
  void kill();
  /// The stream was fed or ended.
  void targets_ready();

  std::size_t max_in_flight() const { return scheduler_.in_flight_max(); }
  void set_max_in_flight(std::size_t tasks_max);
  void set_rate(double rate_per_second);
  void set_per_host_max(std::size_t tasks_max);
  void set_group_max(std::string_view group, std::size_t tasks_max);

  run_progress progress() const;

 private:
  class running_task;
  friend class scheduler<task_engine>;

  // What the scheduler asks of its client.

  using work = task_cursor;
  using cursor = task_cursor;

  source_answer pull(task_cursor& into);
  bool has_room() const;
  static std::uint64_t host_of(const task_cursor& task) { return task.host_key; }
  static task_cursor take(task_cursor& from) { return std::move(from); }
  static bool has_more(const task_cursor&) { return false; }
  static std::uint64_t group_of(const task_cursor& task) { return task.group_key; }
  static std::size_t scarce_for(const task_cursor&) { return scheduler<task_engine>::no_need; }
  static void give(task_cursor&, semaphore_permit) {}
  static bool admits(const task_cursor&) { return true; }
  void start(task_cursor&& task, semaphore_permit permit);
  void end_unstarted(task_cursor&& task, reason why);
  void take_back(task_cursor&& task) { settle(std::move(task)); }
  void settle(task_cursor&& task);
  bool may_come_back() const { return options_.retries > 0 || refill_; }

  // The source.

  static std::uint64_t group_key(std::string_view group);
  target_stream::pull take_targets(std::vector<target>& batch, std::size_t& bytes);
  void pass_over_number();
  bool is_full(const std::vector<target>& batch, std::size_t bytes) const;
  bool may_grow(const task_cursor& task) const;
  void grow(task_cursor& task);
  static job grow_soon(job_scope&, task_engine& self);
  void begin(running_task& task, std::string_view address);
  void end_early(running_task& task, outcome what);
  resolver& names();

  // Results.

  void on_end(running_task& task, process_result&& result);
  bool try_again(task_cursor& task, const process_result& result);
  bool is_retried(const process_result& result) const;
  void refill(const task_result& result);
  void report(task_result&& result);
  void look_at_failures();
  void stop_starting(reason why);
  bool stopping() const { return scheduler_.stopping(); }
  run_summary summary() const;

  run_options options_;
  command_template command_;
  column_defaults defaults_;
  asio::io_context& context_;
  target_stream& targets_;
  run_observer& observer_;
  least_free slots_;  // of the tasks in flight
  std::optional<basic_ordered_window<task_result>> window_;
  std::optional<refill_lines> refill_;
  std::vector<target> batch_;  // gathered for the next task
  std::size_t batch_bytes_ = 0;
  std::size_t argument_bytes_max_;  // of a batch: what fits into a command
  run_summary sum_;
  std::uint64_t pulled_ = 0;     // targets
  std::uint64_t unstarted_ = 0;  // of them, those that were never asked for
  std::uint64_t sequence_ = 0;   // of the next task
  std::uint64_t latest_ = 0;     // the task that was pulled last
  std::uint64_t failed_ = 0;     // tasks
  std::uint64_t failed_targets_ = 0;
  bool batch_due_ = false;   // a batch that waits for more is not to wait any longer
  bool growth_due_ = false;  // targets have come for the task that is next
  system_timeline time_;
  std::unique_ptr<alarm> batch_alarm_;
  process_host host_;
  std::optional<resolver> names_;  // when a name's address was first asked for
  intrusive_list<running_task> running_;
  scheduler<task_engine> scheduler_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
