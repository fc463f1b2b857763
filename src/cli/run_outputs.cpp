#include "cli/run_outputs.hpp"

#include "cli/outputs.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "muster/printable.hpp"
#include "net/resume.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr auto draw_interval = 200ms;
constexpr std::size_t title_bytes_max = 40;

output_format format_of(const run_arguments& arguments, const std::string& path) {
  if (path != "-") {
    try {
      return format_of_file(path);
    } catch (const std::invalid_argument&) {
      if (!arguments.json && !arguments.csv) throw;
    }
  }
  return arguments.csv    ? output_format::csv
         : arguments.json ? output_format::jsonl
                          : output_format::text;
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

}  // namespace

run_outputs::run_outputs(asio::io_context& context, const run_arguments& arguments,
                         std::string_view command, const std::function<bool()>& give_up)
    : flush_soon_{context, [this] { flush(); }},
      draw_timer_{context},
      dry_run_{arguments.run.dry_run},
      tags_live_{!dry_run_ && !arguments.run.ordered},
      errors_{STDERR_FILENO, false},
      tagged_{STDOUT_FILENO, false} {
  check_files(arguments);  // before any of them is emptied
  errors_.give_up_when(give_up);
  tagged_.give_up_when(give_up);
  append_printable(title_, arguments.label.empty() ? "run" : arguments.label, title_bytes_max);
  task_format format;
  format.parse_json = arguments.parse_json;
  if (!arguments.quiet) {
    format.terminal = ::isatty(STDOUT_FILENO) == 1;
    format.errors_terminal = ::isatty(STDERR_FILENO) == 1;
    format.without_output = arguments.tag;
    output_file file{STDOUT_FILENO, false};
    file.give_up_when(give_up);
    sinks_.push_back(make_task_sink(format_of(arguments, "-"), std::move(file), &errors_,
                                    "standard output", format));
    standard_output_ = sinks_.back().get();
    if (arguments.tag) tags_.emplace(tagged_, errors_);
  }
  format.terminal = format.without_output = false;
  for (const std::string& path : arguments.output_files) {
    output_file file = output_file::create(path);
    file.give_up_when(give_up);
    sinks_.push_back(
        make_task_sink(format_of(arguments, path), std::move(file), nullptr, path, format));
  }
  // A dry run leaves no trace: what it wrote would be taken for what a run had come to.
  if (!dry_run_) open_logs(arguments, command);
  if (!arguments.quiet && !arguments.no_progress && ::isatty(STDERR_FILENO) == 1) {
    progress_ = std::make_unique<progress_line>(STDERR_FILENO, std::chrono::steady_clock::now());
    room_for_lines() = [this] { progress_->erase(); };
  }
}

run_outputs::~run_outputs() { room_for_lines() = nullptr; }

void run_outputs::open_logs(const run_arguments& arguments, std::string_view command) {
  if (!arguments.log_directory.empty()) logs_.emplace(arguments.log_directory);
  const std::string& log = arguments.job_log.empty() ? arguments.resume_file : arguments.job_log;
  if (!log.empty()) job_log_.emplace(log, command);
}

void run_outputs::note(const task_result& result) {
  if (logs_) logs_->write(result);
  if (job_log_) job_log_->note(result);
  if (logs_ || job_log_) flush_soon_.request();
}

void run_outputs::write(const task_result& result) {
  // Its lines are due now, in the order of the targets; or no process was there to write them.
  if (tags_ && !tags_live_) {
    const target& first = result.targets.front();
    tags_->add(result.sequence, first, process_stream::output, result.process.output);
    tags_->add(result.sequence, first, process_stream::errors, result.process.errors);
    tags_->finish(result.sequence);
  }
  for (auto& one : sinks_) {
    // Nobody is told what became of tasks that whoever reads them has had enough of.
    if (one.get() != standard_output_ || !reader_gone()) one->write(result);
  }
  flush_soon_.request();
}

void run_outputs::show(std::uint64_t sequence, const std::vector<target>& targets,
                       process_stream stream, std::string_view bytes) {
  if (!tags_ || !tags_live_) return;
  tags_->add(sequence, targets.front(), stream, bytes);
  flush_soon_.request();
}

void run_outputs::end_try(std::uint64_t sequence) {
  if (tags_ && tags_live_) tags_->finish(sequence);
}

void run_outputs::flush() {
  flush_all();
  if (running_ && !failure().empty()) running_->stop(reason::output_failed);
}

void run_outputs::flush_all() {
  if (progress_) progress_->erase();
  for (auto& one : sinks_)
    one->flush();
  tagged_.flush();
  errors_.flush();
}

void run_outputs::watch(command_run& running) {
  running_ = &running;
  if (progress_) draw_now_and_then(scope_, *this);
}

void run_outputs::stop_watching() {
  running_ = nullptr;
  draw_timer_.cancel();
}

job run_outputs::draw_now_and_then(job_scope&, run_outputs& self) {
  for (;;) {
    self.draw_timer_.expires_after(draw_interval);
    co_await self.draw_timer_.async_wait(resume);
    if (self.running_ == nullptr) break;
    const run_progress now = self.running_->progress();
    progress_snapshot snapshot;
    snapshot.title = self.title_;
    snapshot.done = now.totals->total();
    snapshot.total = now.targets_expected;
    snapshot.in_flight = now.in_flight;
    snapshot.up = now.totals->of(status::up);
    snapshot.timeout = now.totals->of(status::timeout);
    snapshot.other = snapshot.done - snapshot.up - snapshot.timeout;
    self.progress_->draw(snapshot, std::chrono::steady_clock::now());
  }
}

std::string run_outputs::failure() const {
  for (const auto& one : sinks_) {
    if (one->error()) return fmt::format("{}: {}", one->name(), one->error().message());
  }
  if (tagged_.error()) return "standard output: " + tagged_.error().message();
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
