// Strategy: one coroutine, the pump, pulls targets, waits for the limits and starts tasks. A task
// whose host or group has no slot is parked with it, and a full car park stops the pulling. A
// host's slot is taken first: of the tasks of one host, only as many stand in its group's line as
// the host may run. What is about to be
// started grows, as a batch, by the targets that come while it waits for that.
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

// Tasks that are begun before those that run have their turn.
constexpr std::size_t starts_max = 4;

std::uint64_t group_key(std::string_view group) { return std::hash<std::string_view>{}(group); }

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

job task_engine::pump(job_scope&, task_engine& self) {
  std::size_t starts = 0;
  while (!self.stopping()) {
    std::optional<task_cursor> task = self.next_task();
    if (!task) {
      if (self.drained()) break;
      co_await self.course_.sleep();
      continue;
    }
    if (++starts == starts_max) {
      starts = 0;
      co_await asio::post(self.context_, resume);
    }
    self.growing_ = self.may_grow(*task) ? &*task : nullptr;
    while (self.options_.rate > 0 && !self.stopping()) {
      const auto now = self.time_.now();
      if (self.bucket_.take(now)) break;
      co_await self.rate_nap_.until(self.bucket_.next(now));
    }
    std::optional<semaphore_permit> permit = self.permits_.try_acquire();
    if (!permit) {
      auto [error, granted] = co_await self.permits_.async_acquire(resume);
      permit.emplace(std::move(granted));
    }
    if (self.growing_ && !self.stopping())
      self.take_targets(self.growing_->targets, self.growing_->argument_bytes);
    self.growing_ = nullptr;
    if (self.stopping()) {
      self.end_unstarted(std::move(*task), self.course_.stop_reason());
      break;
    }
    self.launch(std::move(*task), std::move(*permit));
  }
  if (self.stopping()) self.settle_unstarted();
  self.course_.end_pump();
}

void task_engine::launch(task_cursor&& task, semaphore_permit permit) {
  course_.enter();
  observer_.on_task_start(task.sequence);
  auto* const started = new running_task{*this, std::move(task), std::move(permit), slots_.take()};
  running_.push_back(*started);
  // It may be over, and gone, when this returns.
  if (started->needs_address()) return started->look_up();
  begin(*started, {});
}

void task_engine::begin(running_task& task, std::string_view address) {
  const task_cursor& cursor = task.cursor;
  command_template::filled command =
      command_.fill(cursor.targets, cursor.sequence + 1, address, task.slot);
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
  if (const target_parameters* row = cursor.targets.front().parameters(); row && row->timeout) {
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

// Works that have become free come first, then new ones.
std::optional<task_cursor> task_engine::next_task() {
  if (course_.held()) return std::nullopt;
  if (auto ready = groups_.take_ready()) return std::move(ready->second);
  while (auto ready = hosts_.take_ready()) {
    if (auto task = admit_to_group(std::move(ready->second))) return task;
  }
  return pull_task();
}

std::optional<task_cursor> task_engine::pull_task() {
  while (!exhausted_ && may_pull()) {
    if (!gather_batch()) return std::nullopt;
    if (batch_.empty()) continue;
    task_cursor task;
    task.targets = std::exchange(batch_, {});
    task.argument_bytes = std::exchange(batch_bytes_, 0);
    task.sequence = sequence_++;
    const target& first = task.targets.front();
    task.host_key = host_key_of(first);
    if (!options_.group_column.empty() && first.parameters()) {
      if (const std::string* group = first.parameters()->column(options_.group_column)) {
        task.group = *group;
      }
    }
    if (auto admitted = admit_to_host(std::move(task))) return admitted;
  }
  pull_held_ = !exhausted_;
  return std::nullopt;
}

std::optional<task_cursor> task_engine::admit_to_host(task_cursor&& task) {
  const std::uint64_t key = task.host_key;
  if (hosts_.try_enter(key)) return admit_to_group(std::move(task));
  hosts_.park(key, std::move(task));
  note_waiting();
  return std::nullopt;
}

std::optional<task_cursor> task_engine::admit_to_group(task_cursor&& task) {
  if (task.group.empty()) return std::move(task);
  const std::uint64_t key = group_key(task.group);
  if (groups_.try_enter(key)) return std::move(task);
  groups_.park(key, std::move(task));
  note_waiting();
  return std::nullopt;
}

void task_engine::note_waiting() {
  sum_.waiting_peak =
      std::max<std::uint64_t>(sum_.waiting_peak, hosts_.parked() + groups_.parked());
}

bool task_engine::may_pull() const {
  if (!hosts_.can_park() || !groups_.can_park()) return false;
  if (!window_) return true;
  return sequence_ < window_->base() + run_options::ordered_window_max &&
         window_->held_bytes() < run_options::ordered_text_bytes_max;
}

/// Moves targets that have come to others of a batch, as long as there is room. Says what became of
/// the last one: `target` when the batch is full.
target_stream::pull task_engine::take_targets(std::vector<target>& batch, std::size_t& bytes) {
  for (std::size_t passed_over = 0; !exhausted_ && !is_full(batch, bytes);) {
    if (passed_over == run_course::lines_at_once_max) return target_stream::pull::pause;
    target next;
    const auto pulled = targets_.next_within(next, run_course::lines_at_once_max);
    if (pulled == target_stream::pull::wait) observer_.on_targets_wanted();
    if (pulled == target_stream::pull::wait || pulled == target_stream::pull::pause) return pulled;
    exhausted_ = pulled == target_stream::pull::end;
    if (exhausted_) break;
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
  return exhausted_ ? target_stream::pull::end : target_stream::pull::target;
}

void task_engine::pass_over_number() {
  if (window_) window_->absent(sequence_, sequence_ + 1);
  ++sequence_;
}

bool task_engine::is_full(const std::vector<target>& batch, std::size_t bytes) const {
  if (batch.empty()) return false;
  return batch.size() >= options_.batch_max || bytes >= argument_bytes_max_;
}

/// Makes `batch_` a batch that can be started, or leaves it empty when there are no targets left.
bool task_engine::gather_batch() {
  const auto taken = take_targets(batch_, batch_bytes_);
  if (taken == target_stream::pull::pause) {
    course_.go_on_soon();
    return false;
  }
  if (taken == target_stream::pull::wait) {
    if (batch_.empty()) return false;
    const bool enough = batch_.size() >= options_.batch_min;
    if (!enough && !std::exchange(batch_due_, false)) {
      batch_alarm_->set(time_.now() + run_options::batch_wait);
      return false;
    }
  }
  if (options_.batch_max > 1) {
    batch_alarm_->clear();
    batch_due_ = false;
  }
  return true;
}

/// Whether targets that come now may still go to this task. The latest one only, so that targets
/// stay in their order.
bool task_engine::may_grow(const task_cursor& task) const {
  return !is_full(task.targets, task.argument_bytes) && !task.attempts &&
         task.sequence + 1 == sequence_;
}

void task_engine::targets_ready() {
  wake();
  if (growing_ && !std::exchange(growth_due_, true)) grow_soon(scope_, *this);
}

/// Not at once, as whoever has fed the stream may not be done with it.
job task_engine::grow_soon(job_scope&, task_engine& self) {
  co_await asio::post(self.context_, resume);
  self.growth_due_ = false;
  if (self.growing_) self.take_targets(self.growing_->targets, self.growing_->argument_bytes);
}

bool task_engine::drained() const {
  if (!exhausted_) return false;
  if (hosts_.parked() + hosts_.ready() + groups_.parked() + groups_.ready() > 0) return false;
  // What is in flight may come back for another try, or bring new targets.
  const bool may_come_back = options_.retries > 0 || refill_;
  return !may_come_back || (course_.in_flight() == 0 && retries_.waiting() == 0);
}

// ---- What was not started

void task_engine::settle_unstarted() {
  const auto use = [this](std::uint64_t, task_cursor&& task) { settle(std::move(task)); };
  unstarted_ += std::exchange(batch_, {}).size();
  hosts_.drain(use);
  groups_.drain(use);
  while (auto task = retries_.take_due(timeline::time_point::max()))
    settle(std::move(*task));
}

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
  result.reason = course_.stop_reason();
  result.process.exit_code = last.exit_code;
  result.process.signal = last.signal;
  result.attempts = std::move(task.attempts);
  report(std::move(result));
}

void task_engine::end_unstarted(task_cursor&& task, reason why) {
  leave(task);
  if (task.attempts) return settle(std::move(task));
  task_result result;
  result.sequence = task.sequence;
  result.targets = std::move(task.targets);
  result.group = std::move(task.group);
  result.reason = why;
  report(std::move(result));
}

}  // namespace muster
