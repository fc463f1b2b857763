#pragma once

#include "cli/run/task_rests.hpp"
#include "muster/run.hpp"
#include "net/job.hpp"
#include "store/job_directory.hpp"
#include "store/job_store.hpp"
#include "targets/refill_lines.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// Keeps what a detached run comes to in the database of its job.
class job_keeper {
 public:
  /// The lock outlives it. `on_begun` is called once everything is open and the first task may
  /// start, `make_room` before the end is written down. Throws store_error.
  job_keeper(job_store store, const job_lock& lock, const run_options& run,
             std::function<void()> on_begun, std::function<void()> make_room);
  ~job_keeper();

  /// True when the target succeeded in an earlier run of this job; once for each time that it did.
  bool done_before(const target& subject);
  /// Targets that came out of the output of tasks that have ended.
  const std::vector<std::string>& refills() const { return refills_; }
  /// The sequence number of the first task.
  std::uint64_t first_sequence() const { return first_sequence_; }
  void begin(asio::io_context& context, std::optional<std::uint64_t> expected);
  /// A task of this number is about to be started: none of a later run may have it.
  void take(std::uint64_t sequence);
  /// Keeps a result, and the rest of what its task wrote. When this or the above fails, `failure`
  /// says why, and from then on nothing is kept: what is not kept is run again when the job is gone
  /// on with.
  void note(const task_result& result, task_rests& rests);
  const std::string& failure() const { return failure_; }
  /// Uses the context no more, which is about to end.
  void leave();
  void end(int code, bool interrupted);
  bool ended() const { return ended_; }

 private:
  void attempt(const std::function<void()>& what);
  static job sync_soon(job_scope&, job_keeper& self);

  job_store store_;
  const job_lock& lock_;
  std::string last_said_;
  std::function<void()> on_begun_;
  std::function<void()> make_room_;
  std::optional<refill_lines> refill_;
  std::unordered_map<std::string, std::uint32_t> done_;
  std::vector<std::string> refills_;
  std::uint64_t first_sequence_;
  std::uint64_t next_sequence_;      // no task has had this or a later one
  std::uint64_t reserved_sequence_;  // the same, as the database has it
  std::string failure_;
  std::optional<asio::steady_timer> timer_;
  bool sync_pending_ = false;
  bool ended_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
