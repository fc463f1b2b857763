#pragma once

#include "cli/delivery.hpp"
#include "cli/run/log_directory.hpp"
#include "cli/run/run_arguments.hpp"
#include "cli/run/tagged_lines.hpp"
#include "cli/run/task_rests.hpp"
#include "muster/run.hpp"
#include "muster/task_sink.hpp"
#include "store/job_log.hpp"
#include "store/job_log_reader.hpp"
#include "targets/refill_lines.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Where the results of a run's tasks go: standard output and standard error, and files. Opens
/// everything at once; throws std::system_error or std::invalid_argument if it can't.
class run_outputs {
 public:
  /// `command` is the run's `command_identity`, `earlier` the run that is gone on with, if there is
  /// one: files are then gone on with where it had come to. The delivery outlives this.
  run_outputs(delivery& delivered, const run_arguments& arguments, std::string_view command,
              const std::optional<logged_run>& earlier);

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
  void flush_all() { delivery_.flush(); }

  /// Tasks whose records have no more than the beginning of what they wrote.
  std::uint64_t cut_records() const { return cut_records_; }
  /// What could not be written, and why; empty when all could.
  std::string failure() const;
  /// True when the failure is that the reader of standard output went away.
  bool reader_gone() const;

 private:
  void open_logs(const run_arguments& arguments, std::string_view command);
  void log(const task_result& result);
  void flush_logs();
  void log_lengths();

  delivery& delivery_;
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
  std::string title_;  // of the progress line
  command_run* running_ = nullptr;
};

}  // namespace muster
