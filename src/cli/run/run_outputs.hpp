#pragma once

#include "cli/delayed_flush.hpp"
#include "cli/run/job_log.hpp"
#include "cli/run/log_directory.hpp"
#include "cli/run/run_arguments.hpp"
#include "cli/run/tagged_lines.hpp"
#include "cli/run/task_rests.hpp"
#include "engine/refill_lines.hpp"
#include "muster/run.hpp"
#include "muster/task_sink.hpp"
#include "net/job.hpp"
#include "sink/progress.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// Where the results of a run's tasks go: standard output and standard error, files, and a progress
/// line. Opens everything at once; throws std::system_error or std::invalid_argument if it can't.
class run_outputs {
 public:
  /// `command` is the run's `command_identity`, `earlier` the run that is gone on with, if there is
  /// one: files are then gone on with where it had come to. `give_up` tells whether to wait no
  /// longer for a reader that takes nothing.
  run_outputs(asio::io_context& context, const run_arguments& arguments, std::string_view command,
              const std::optional<logged_run>& earlier, const std::function<bool()>& give_up);
  ~run_outputs();

  /// A task is about to be started; what an earlier try of it wrote counts no more.
  void begin_try(std::uint64_t sequence) { rests_.drop(sequence); }
  /// What a task wrote beyond what its result keeps.
  void keep_rest(std::uint64_t sequence, process_stream stream, std::string_view bytes);
  /// What is kept of that until `write`.
  task_rests& rests() { return rests_; }
  /// Writes the file of a task that has ended.
  void note(const task_result& result);
  /// Shows what it came to, when it is due. It is logged once that has been delivered: a run may go
  /// on from the log.
  void write(const task_result& result);
  /// A target that the earlier run was done with.
  void pass_over(const target& subject);
  /// A task that runs has written something.
  void show(std::uint64_t sequence, const std::vector<target>& targets, process_stream stream,
            std::string_view bytes);
  /// No more comes of this try.
  void end_try(std::uint64_t sequence);
  /// Draws progress now and then, and stops the run when results can no longer be written. The run
  /// outlives this or `stop_watching`.
  void watch(command_run& running);
  void stop_watching();
  void flush_all();

  /// Tasks whose records have no more than the beginning of what they wrote.
  std::uint64_t cut_records() const { return cut_records_; }
  /// What could not be written, and why; empty when all could.
  std::string failure() const;
  /// True when the failure is that the reader of standard output went away.
  bool reader_gone() const;

 private:
  static job draw_now_and_then(job_scope&, run_outputs& self);
  void open_logs(const run_arguments& arguments, std::string_view command);
  void log(const task_result& result);
  void flush();
  void hand_on(void (*how)(output_file&));
  void flush_logs();
  void log_lengths();
  void draw();

  delayed_flush flush_soon_;
  asio::steady_timer draw_timer_;
  const bool dry_run_;
  const bool tags_live_;  // lines are shown as they come
  output_file& errors_;
  output_file tagged_;
  std::optional<tagged_lines> tags_;
  task_rests rests_;
  bool wants_rests_ = false;
  bool has_records_ = false;
  std::uint64_t cut_records_ = 0;
  std::optional<job_log> job_log_;
  std::optional<refill_lines> refill_;
  std::optional<log_directory> logs_;
  std::vector<std::unique_ptr<task_sink>> sinks_;
  const task_sink* standard_output_ = nullptr;
  bool shares_terminal_ = false;  // what is written goes to the terminal of the progress line
  bool shown_ = false;            // something was since the last flush
  std::unique_ptr<progress_line> progress_;
  std::string title_;  // of the progress line
  command_run* running_ = nullptr;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
