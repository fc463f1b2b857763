#pragma once

#include "muster/column_default.hpp"
#include "muster/process.hpp"
#include "muster/statistics.hpp"
#include "muster/target_stream.hpp"
#include "muster/task.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <sys/types.h>

namespace muster {

/// When a run gives up.
struct halt_rule {
  std::uint64_t failed_max = 0;  ///< So many tasks; 0 for no limit.
  double failed_percent = 0;     ///< So many of a hundred targets; 0 for no limit.
  bool soon = false;             ///< Let what runs come to its end rather than stopping it.

  /// A share is told of so many tasks at least, unless the number of all is known.
  static constexpr std::uint64_t tasks_min = 10;
};

struct run_options {
  /// The command's words. `{}`, `{host}`, `{address}`, `{port}`, `{#}`, `{%}` and `{column}` in
  /// them stand for a target's values; without any, the target is the last word.
  std::vector<std::string> command;
  /// Stands for the target rather than `{}`, which then is text; empty for `{}`.
  std::string replace;
  /// The words, joined by spaces, are a script for /bin/sh. Values reach it in variables, so none
  /// is taken for a part of it; a placeholder where a shell can't put one is an error.
  bool shell = false;
  /// The targets go to standard input, each with `target_end` after it.
  bool targets_to_input = false;
  char target_end = '\n';
  /// Report each command, as a shell would take it, as the output of its task, and run none.
  bool dry_run = false;
  /// Run a command even if a target that begins with a dash would be taken for its option.
  bool allow_dash = false;
  /// What columns hold for targets that don't say; of several for one target, the last counts.
  std::vector<column_default> defaults;
  /// Of each process; `input` is not used.
  process_options process;
  /// The `sequence` of the first task, for a run that goes on with another one.
  std::uint64_t first_sequence = 0;
  /// Targets that an earlier run was done with have numbers all the same, so that each target has
  /// the one that its place says. Not for batches.
  bool number_by_place = false;

  std::size_t in_flight_max = 8;  ///< Tasks running at once, at the most; at least 1.
  std::size_t per_host_max = 0;   ///< Tasks running at once for one host; 0 is unlimited.
  double rate = 0;                ///< Tasks started a second; 0 is unlimited.
  /// The column whose values name groups; empty for no groups.
  std::string group_column;
  std::size_t group_max = 0;  ///< Tasks running at once in each group; 0 is unlimited.
  /// The same for groups of these names.
  std::vector<std::pair<std::string, std::size_t>> group_limits;

  /// Targets for one process: it is started with `batch_max` of them, or with at least `batch_min`
  /// when no more have come by the time that it may start, and with fewer when none come for
  /// `batch_wait` or ever.
  std::size_t batch_min = 1;
  std::size_t batch_max = 1;

  /// Further tries of a task that failed; 0 to `retries_max`.
  unsigned retries = 0;
  /// The wait before the first further try, doubled for each one after it.
  std::chrono::nanoseconds backoff = std::chrono::milliseconds{500};
  /// Try again after these exit codes only; when empty, after any that is not 0.
  std::vector<int> retry_codes;
  /// Whether to try again after a timeout and after a signal, too.
  bool retry_timeouts = true;
  bool retry_signals = true;

  std::optional<std::chrono::nanoseconds> run_deadline;
  halt_rule halt;
  /// Report in the order of targets, not of completion.
  bool ordered = false;
  /// Lines of standard output that this regular expression (RE2) matches are new targets: what its
  /// first group matched, or all that it matched. Needs a stream that leaves out duplicates, or it
  /// might never end.
  std::string refill;

  static constexpr std::size_t in_flight_limit = 100'000;
  static constexpr std::size_t batch_limit = 100'000;
  static constexpr unsigned retries_max = 100;
  static constexpr std::chrono::nanoseconds backoff_max = std::chrono::minutes{1};
  static constexpr std::chrono::milliseconds batch_wait{1000};
  static constexpr std::uint64_t ordered_window_max = 65'536;
  static constexpr std::size_t ordered_text_bytes_max = 64 * 1024 * 1024;
};

/// How a run is getting on.
struct run_progress {
  const statistics* totals = nullptr;
  std::uint64_t in_flight = 0;
  std::optional<std::uint64_t> targets_expected;
  std::chrono::nanoseconds elapsed{};
};

/// Who hears of a run's tasks.
class run_observer {
 public:
  /// A task, which has not been tried before or has, is about to be started.
  virtual void on_task_start(std::uint64_t sequence) { static_cast<void>(sequence); }
  /// A task has ended, in whatever way. With `run_options::ordered` it is told when all before it
  /// have been.
  virtual void on_task(const task_result& result) = 0;
  /// The same at once, whatever the order, and before that: for what must outlive this process.
  virtual void on_task_over(const task_result& result) { static_cast<void>(result); }
  /// A task that runs has written something. `targets` are its own.
  virtual void on_task_output(std::uint64_t sequence, const std::vector<target>& targets,
                              process_stream stream, std::string_view bytes) {
    static_cast<void>(sequence);
    static_cast<void>(targets);
    static_cast<void>(stream);
    static_cast<void>(bytes);
  }
  /// A task is to end, but this process of it has become another user's, and can't be killed. The
  /// task counts as running until that one ends.
  virtual void on_task_unkillable(std::uint64_t sequence, const std::vector<target>& targets,
                                  pid_t process) {
    static_cast<void>(sequence);
    static_cast<void>(targets);
    static_cast<void>(process);
  }
  /// Of what it has written, this is beyond what its result keeps (`output_bytes_max`).
  virtual void on_task_excess(std::uint64_t sequence, process_stream stream,
                              std::string_view bytes) {
    static_cast<void>(sequence);
    static_cast<void>(stream);
    static_cast<void>(bytes);
  }
  /// A try has ended, and another one will follow, or the task is over.
  virtual void on_try_end(std::uint64_t sequence) { static_cast<void>(sequence); }
  /// True for a target that an earlier run was done with: it is passed over.
  virtual bool done_before(const target& subject) {
    static_cast<void>(subject);
    return false;
  }
  /// The stream has nothing to offer until it is fed.
  virtual void on_targets_wanted() {}

 protected:
  ~run_observer() = default;
};

/// Runs a command for every target of a stream, under limits. One thread; nothing here is
/// thread-safe.
class command_run {
 public:
  using executor_type = asio::any_io_executor;

  /// Starts nothing yet. The io_context outlives the run; the stream and the observer outlive what
  /// `run` gives. Throws std::invalid_argument when an option makes no sense.
  command_run(asio::io_context& context, run_options options, target_stream& targets,
              run_observer& observer);
  /// The same on the io_context of an executor, and with the stream as its own, as for `sweep`.
  command_run(const executor_type& executor, run_options options, target_stream targets,
              run_observer& observer);
  /// A run that is under way is stopped, as if it was cancelled: its operation has what it needs,
  /// and completes on the loop.
  ~command_run();

  executor_type get_executor() const { return context_.get_executor(); }

  /// Runs to the end: every target asked for has been reported by then. Call it once. Cancelling
  /// the awaitable is `stop(reason::interrupted)`.
  asio::awaitable<run_summary> run();
  /// The same for any completion token, as `sweep::async_run`. Completion signature:
  /// void(std::exception_ptr, run_summary).
  template <asio::completion_token_for<void(std::exception_ptr, run_summary)> Token>
  auto async_run(Token&& token) {
    return asio::co_spawn(context_, run(), std::forward<Token>(token));
  }
  /// Starts nothing more, ends what runs, and reports it as `cancelled` with this reason.
  void stop(reason why);
  /// While this is so, no task is started; those that run, their timeouts and `stop` are not held
  /// up: for a program whose own readers are behind.
  void hold(bool held);
  /// Kills every process that runs, at once.
  void kill();
  /// The stream, which had nothing to offer, was fed or ended.
  void targets_ready();

  // Limits, changed while running.

  std::size_t max_in_flight() const;
  void set_max_in_flight(std::size_t tasks_max);
  void set_rate(double rate_per_second);
  void set_per_host_max(std::size_t tasks_max);
  void set_group_max(std::string_view group, std::size_t tasks_max);

  run_progress progress() const;

 private:
  class engine;
  static asio::awaitable<run_summary> run_shared(std::shared_ptr<engine> shared);

  asio::io_context& context_;
  std::shared_ptr<engine> engine_;
};

}  // namespace muster
