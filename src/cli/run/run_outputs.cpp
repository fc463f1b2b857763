#include "cli/run/run_outputs.hpp"

#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "muster/printable.hpp"

#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t title_bytes_max = 40;

output_format format_of(const run_arguments& arguments, const std::string& path) {
  return muster::format_of(path, arguments.json, arguments.csv);
}

/// Throws when a name says nothing that results can be written as.
void check_files(const run_arguments& arguments) {
  for (const std::string& path : arguments.output_files) {
    refuse_standard_output(path, arguments.quiet);
    if (format_of(arguments, path) == output_format::html) {
      throw usage_error{path + ": there is no page of a run; write .jsonl, .csv or .txt"};
    }
  }
}

/// Of an earlier run, a file is gone on with where all that its log tells of was in it; where the
/// log doesn't say, at its end.
output_file open_output(const std::string& path, const std::optional<logged_run>& earlier) {
  struct stat about {};
  if (!earlier || ::stat(path.c_str(), &about) != 0) return output_file::create(path);
  const auto length = earlier->lengths.find(path);
  return output_file::resume(path, length == earlier->lengths.end()
                                       ? static_cast<std::uint64_t>(about.st_size)
                                       : length->second);
}

bool is_records(output_format format) {
  return format == output_format::jsonl || format == output_format::csv;
}

}  // namespace

run_outputs::run_outputs(delivery& delivered, const run_arguments& arguments,
                         std::string_view command, const std::optional<logged_run>& earlier)
    : delivery_{delivered},
      dry_run_{arguments.run.dry_run},
      tags_live_{!dry_run_ && !arguments.run.ordered},
      errors_{standard_error()},
      tagged_{delivery_.prepared(output_file{STDOUT_FILENO, false})} {
  check_files(arguments);  // before any of them is emptied
  append_printable(title_, arguments.label.empty() ? "run" : arguments.label, title_bytes_max);
  task_format format;
  format.parse_json = arguments.parse_json;
  format.rest_of_output = [this](const task_result& result, process_stream stream,
                                 const task_rests::taker& take) {
    rests_.rest(result.sequence, stream, take);
  };
  const auto open_sink = [&](output_format what, output_file file, output_file* errors,
                             const std::string& name) {
    has_records_ = has_records_ || is_records(what);
    // Lines that are shown as they come don't wait.
    const bool shows_later = !format.without_output || !tags_live_;
    wants_rests_ = wants_rests_ || (shows_later && !is_records(what));
    file = delivery_.prepared(std::move(file));
    sinks_.push_back(make_task_sink(what, std::move(file), errors, name, format));
  };
  if (!arguments.quiet) {
    format.terminal = ::isatty(STDOUT_FILENO) == 1;
    format.errors_terminal = ::isatty(STDERR_FILENO) == 1;
    format.without_output = arguments.tag;
    open_sink(format_of(arguments, "-"), output_file{STDOUT_FILENO, false}, &errors_,
              "standard output");
    standard_output_ = sinks_.back().get();
    if (arguments.tag) tags_.emplace(tagged_, errors_);
  }
  format.terminal = format.without_output = false;
  for (const std::string& path : arguments.output_files) {
    open_sink(format_of(arguments, path), open_output(path, earlier), nullptr, path);
  }
  for (const auto& one : sinks_) {
    if (one->file()) delivery_.add(*one->file());
  }
  delivery_.add(tagged_);
  delivery_.add(errors_);
  // A dry run leaves no trace: what it wrote would be taken for what a run had come to.
  if (!dry_run_) open_logs(arguments, command);
  wants_rests_ = wants_rests_ || logs_ || arguments.detach;
  delivery_.on_handed_on([this] {
    flush_logs();
    if (running_ && !failure().empty()) running_->stop(reason::output_failed);
  });
  if (!arguments.quiet && !arguments.no_progress) delivery_.show_progress(true);
}

void run_outputs::open_logs(const run_arguments& arguments, std::string_view command) {
  if (!arguments.log_directory.empty()) logs_.emplace(arguments.log_directory);
  const std::string& log = arguments.job_log.empty() ? arguments.resume_file : arguments.job_log;
  if (log.empty()) return;
  job_log_.emplace(log, command);
  // Known before anything is in them, or a kill before the first flush would leave that unknown.
  log_lengths();
  job_log_->flush();
  if (!arguments.run.refill.empty()) refill_.emplace(arguments.run.refill);
}

void run_outputs::keep_rest(std::uint64_t sequence, process_stream stream, std::string_view bytes) {
  if (wants_rests_) rests_.add(sequence, stream, bytes);
}

void run_outputs::note(const task_result& result) {
  if (!logs_) return;
  logs_->write(result, rests_);
  delivery_.request();
}

void run_outputs::write(const task_result& result) {
  // Its lines are due now, in the order of the targets; or no process was there to write them.
  if (tags_ && !tags_live_) {
    for (const process_stream stream : {process_stream::output, process_stream::errors}) {
      rests_.whole(result, stream, [&](std::string_view piece) {
        tags_->add(result.sequence, result.targets.front(), stream, piece);
      });
    }
    tags_->finish(result.sequence);
  }
  for (auto& one : sinks_) {
    // Nobody is told what became of tasks that whoever reads them has had enough of.
    if (one.get() != standard_output_ || !reader_gone()) one->write(result);
  }
  const bool cut = result.process.output_truncated() || result.process.errors_truncated();
  if (has_records_ && cut) ++cut_records_;
  if (job_log_) log(result);
  rests_.drop(result.sequence);
  delivery_.request();
}

void run_outputs::log(const task_result& result) {
  std::vector<std::string> found;
  if (refill_) {
    refill_->find(result.process.output,
                  [&found](std::string text) { found.push_back(std::move(text)); });
  }
  job_log_->note(result, found);
}

void run_outputs::pass_over(const target& subject) {
  if (logs_) logs_->is_there(subject);
}

void run_outputs::show(std::uint64_t sequence, const std::vector<target>& targets,
                       process_stream stream, std::string_view bytes) {
  if (!tags_ || !tags_live_) return;
  tags_->add(sequence, targets.front(), stream, bytes);
  delivery_.request();
}

void run_outputs::end_try(std::uint64_t sequence) {
  if (tags_ && tags_live_) tags_->finish(sequence);
}

/// Only what was delivered is logged, and what was not is run again.
void run_outputs::flush_logs() {
  if (!job_log_ || !job_log_->has_notes() || delivery_.waiting() || !failure().empty()) return;
  log_lengths();
  job_log_->flush();
}

void run_outputs::log_lengths() {
  for (const auto& one : sinks_) {
    if (one.get() != standard_output_) job_log_->note_length(one->name(), one->bytes());
  }
}

void run_outputs::watch(command_run& running) {
  running_ = &running;
  delivery_.watch({[&running](bool held) { running.hold(held); },
                   [this, &running] {
                     const run_progress now = running.progress();
                     progress_snapshot snapshot;
                     snapshot.title = title_;
                     snapshot.total = now.targets_expected;
                     snapshot.in_flight = now.in_flight;
                     snapshot.good = task_word(status::up, reason::none);
                     snapshot.count(*now.totals);
                     return snapshot;
                   }});
}

void run_outputs::stop_watching() {
  running_ = nullptr;
  delivery_.stop_watching();
}

std::string run_outputs::failure() const {
  for (const auto& one : sinks_) {
    if (one->error()) return fmt::format("{}: {}", one->name(), one->error().message());
  }
  if (tagged_.error()) return "standard output: " + tagged_.error().message();
  // Whoever closed it has asked for nothing.
  if (errors_.error() && errors_.error() != std::errc::bad_file_descriptor) {
    return "standard error: " + errors_.error().message();
  }
  for (const std::error_code& one : {rests_.error(), tags_ ? tags_->error() : std::error_code{}}) {
    if (one) {
      return fmt::format("the output of tasks to {}, where it waits (TMPDIR): {}",
                         spool::directory(), one.message());
    }
  }
  if (logs_ && logs_->error()) {
    return fmt::format("--log-dir: {}: {}", logs_->failed(), logs_->error().message());
  }
  if (job_log_ && job_log_->error()) {
    return fmt::format("--job-log: {}: {}", job_log_->path(), job_log_->error().message());
  }
  return {};
}

bool run_outputs::reader_gone() const {
  return tagged_.error() == std::errc::broken_pipe ||
         (standard_output_ && standard_output_->error() == std::errc::broken_pipe);
}

}  // namespace muster
