#pragma once

#include "cli/delayed_flush.hpp"
#include "cli/job_log.hpp"
#include "cli/log_directory.hpp"
#include "cli/run_arguments.hpp"
#include "cli/tagged_lines.hpp"
#include "muster/run.hpp"
#include "muster/task_sink.hpp"
#include "net/job.hpp"
#include "sink/progress.hpp"

#include <cstdint>
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
  /// `command` is the run's `command_identity`. `give_up` tells whether to wait no longer for a
  /// reader that takes nothing.
  run_outputs(asio::io_context& context, const run_arguments& arguments, std::string_view command,
              const std::function<bool()>& give_up);
  ~run_outputs();

  /// Logs what a task has come to, as soon as it has: a run may go on from that.
  void note(const task_result& result);
  /// Shows it, when it is due.
  void write(const task_result& result);
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

  /// What could not be written, and why; empty when all could.
  std::string failure() const;
  /// True when the failure is that the reader of standard output went away.
  bool reader_gone() const;

 private:
  static job draw_now_and_then(job_scope&, run_outputs& self);
  void open_logs(const run_arguments& arguments, std::string_view command);
  void flush();

  delayed_flush flush_soon_;
  asio::steady_timer draw_timer_;
  const bool dry_run_;
  const bool tags_live_;  // lines are shown as they come
  output_file errors_;
  output_file tagged_;
  std::optional<tagged_lines> tags_;
  std::optional<job_log> job_log_;
  std::optional<log_directory> logs_;
  std::vector<std::unique_ptr<task_sink>> sinks_;
  const task_sink* standard_output_ = nullptr;
  std::unique_ptr<progress_line> progress_;
  std::string title_;  // of the progress line
  command_run* running_ = nullptr;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
