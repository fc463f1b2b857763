// Strategy: targets are gathered to batches, each of which is a task. The one that is about to be
// started grows by the targets that come while it waits for that.
#include "command/shell_words.hpp"
#include "engine/probe_cursor.hpp"
#include "engine/running_task.hpp"
#include "engine/task_engine.hpp"
#include "net/resume.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include <asio/post.hpp>

namespace muster {
namespace {

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    append_shell_word(line, word);
  }
  return line + '\n';
}

std::uint64_t host_key_of(const target& subject) {
  if (subject.form() == target_form::line) return std::hash<std::string_view>{}(subject.written());
  return host_key(subject);
}

}  // namespace

void task_engine::start(task_cursor&& task, semaphore_permit permit) {
  if (may_grow(task)) grow(task);
  observer_.on_task_start(task.sequence);
  auto* const started = new running_task{*this, std::move(task), std::move(permit), slots_.take()};
  running_.push_back(*started);
  // It may be over, and gone, when this returns.
  if (started->needs_address()) return started->look_up();
  begin(*started, {});
}

void task_engine::begin(running_task& task, std::string_view address) {
  const task_cursor& what = task.cursor;
  command_template::filled command =
      command_.fill(what.targets, what.sequence + 1, address, task.slot);
  if (command.wrong != reason::none) {
    task.detail = std::move(command.what);
    return end_early(task, {status::skipped, command.wrong});
  }
  if (options_.dry_run) {
    process_result result;
    result.status = status::up;
    result.output = line_of(command.arguments);
    return on_end(task, std::move(result));
  }
  process_options options = options_.process;
  options.input = std::move(command.input);
  if (const target_parameters* row = what.targets.front().parameters(); row && row->timeout) {
    options.timeout = *row->timeout;
  }
  task.child.start(std::move(command.arguments), std::move(options));
}

void task_engine::end_early(running_task& task, outcome what) {
  process_result result;
  result.status = what.status;
  result.reason = what.reason;
  on_end(task, std::move(result));
}

// ---- What to start next

source_answer task_engine::pull(task_cursor& task) {
  const auto taken = take_targets(batch_, batch_bytes_);
  if (taken == target_stream::pull::pause) return source_answer::pause;
  if (taken == target_stream::pull::wait) {
    if (batch_.empty()) return source_answer::wait;
    const bool enough = batch_.size() >= options_.batch_min;
    if (!enough && !std::exchange(batch_due_, false)) {
      batch_alarm_->set(time_.now() + run_options::batch_wait);
      return source_answer::wait;
    }
  }
  if (options_.batch_max > 1) {
    batch_alarm_->clear();
    batch_due_ = false;
  }
  if (batch_.empty()) return source_answer::end;
  task.targets = std::exchange(batch_, {});
  task.argument_bytes = std::exchange(batch_bytes_, 0);
  task.sequence = latest_ = sequence_++;
  const target& first = task.targets.front();
  task.host_key = host_key_of(first);
  if (!options_.group_column.empty() && first.parameters()) {
    if (const std::string* group = first.parameters()->column(options_.group_column)) {
      task.group = *group;
      task.group_key = group_key(*group);
    }
  }
  return source_answer::works;
}

bool task_engine::has_room() const {
  if (!window_) return true;
  return sequence_ < window_->base() + run_options::ordered_window_max &&
         window_->held_bytes() < run_options::ordered_text_bytes_max;
}

/// Moves targets that have come to others of a batch, as long as there is room. Says what became of
/// the last one: `target` when the batch is full.
target_stream::pull task_engine::take_targets(std::vector<target>& batch, std::size_t& bytes) {
  for (std::size_t passed_over = 0; !scheduler_.source_ended() && !is_full(batch, bytes);) {
    if (passed_over == scheduler<task_engine>::lines_at_once_max) return target_stream::pull::pause;
    target next;
    const auto pulled = targets_.next_within(next, scheduler<task_engine>::lines_at_once_max);
    if (pulled == target_stream::pull::wait) observer_.on_targets_wanted();
    if (pulled == target_stream::pull::wait || pulled == target_stream::pull::pause) return pulled;
    if (pulled == target_stream::pull::end) {
      scheduler_.end_source();
      break;
    }
    ++pulled_;
    if (!defaults_.empty()) defaults_.complete(next);
    if (observer_.done_before(next)) {
      ++passed_over;
      ++sum_.done_before;
      if (options_.number_by_place) pass_over_number();
    } else {
      if (options_.batch_max > 1) bytes += command_.argument_bytes(next);
      batch.push_back(std::move(next));
    }
  }
  return scheduler_.source_ended() ? target_stream::pull::end : target_stream::pull::target;
}

void task_engine::pass_over_number() {
  if (window_) window_->absent(sequence_, sequence_ + 1);
  ++sequence_;
}

bool task_engine::is_full(const std::vector<target>& batch, std::size_t bytes) const {
  if (batch.empty()) return false;
  return batch.size() >= options_.batch_max || bytes >= argument_bytes_max_;
}

/// Whether targets that come now may still go to this task. The latest one only, so that targets
/// stay in their order.
bool task_engine::may_grow(const task_cursor& task) const {
  return task.sequence == latest_ && !task.attempts && !is_full(task.targets, task.argument_bytes);
}

void task_engine::grow(task_cursor& task) { take_targets(task.targets, task.argument_bytes); }

void task_engine::targets_ready() {
  scheduler_.wake();
  if (scheduler_.next_up() && !std::exchange(growth_due_, true)) grow_soon(scope_, *this);
}

/// Not at once, as whoever has fed the stream may not be done with it.
job task_engine::grow_soon(job_scope&, task_engine& self) {
  co_await asio::post(self.context_, resume);
  self.growth_due_ = false;
  task_cursor* const task = self.scheduler_.next_up();
  if (task && self.may_grow(*task)) self.grow(*task);
}

// ---- What was not started

/// A task that was never started was never asked for; one that was ends here.
void task_engine::settle(task_cursor&& task) {
  if (!task.attempts) {
    unstarted_ += task.targets.size();
    return;
  }
  --sum_.retries;  // it was put off for one that was not made
  const task_attempt last = task.attempts->back();
  task_result result;
  result.sequence = task.sequence;
  result.targets = std::move(task.targets);
  result.group = std::move(task.group);
  result.status = status::cancelled;
  result.reason = scheduler_.stop_reason();
  result.process.exit_code = last.exit_code;
  result.process.signal = last.signal;
  result.attempts = std::move(task.attempts);
  report(std::move(result));
}

void task_engine::end_unstarted(task_cursor&& task, reason why) {
  if (task.attempts) return settle(std::move(task));
  task_result result;
  result.sequence = task.sequence;
  result.targets = std::move(task.targets);
  result.group = std::move(task.group);
  result.reason = why;
  report(std::move(result));
}

}  // namespace muster
