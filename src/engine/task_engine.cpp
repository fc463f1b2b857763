// Strategy: every task that was started ends in `on_end`, and leaves it through `report` unless it
// is to be tried again; what is not started at all goes through `report` directly. Statuses are
// counted by targets, so that a batch counts for as many as it had.
#include "engine/task_engine.hpp"

#include "engine/retry_policy.hpp"
#include "engine/running_task.hpp"
#include "net/descriptor_limit.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <utility>

#include <unistd.h>

namespace muster {
namespace {

// Works for busy hosts and groups that are kept before no more are pulled.
constexpr std::size_t parked_tasks_max = 16 * 1024;
// Tasks that are begun before those that run have their turn.
constexpr std::size_t starts_max = 4;
// Two pipes and the process, and a pipe for its input.
constexpr std::size_t descriptors_each = 4;

void need(bool good, const char* what) {
  if (!good) throw std::invalid_argument{what};
}

run_options checked(run_options options) {
  need(options.in_flight_max >= 1 && options.in_flight_max <= run_options::in_flight_limit,
       "run_options: in_flight_max is out of its range");
  need(options.batch_min >= 1 && options.batch_min <= options.batch_max &&
           options.batch_max <= run_options::batch_limit,
       "run_options: the sizes of batches are out of their range");
  need(options.retries <= run_options::retries_max, "run_options: too many retries");
  need(options.backoff.count() >= 0 && options.backoff <= run_options::backoff_max,
       "run_options: the backoff is negative or too long");
  // What can't be had at once would only wait in another line.
  options.in_flight_max = std::min(
      options.in_flight_max, std::max<std::size_t>(descriptors_to_spare() / descriptors_each, 1));
  return options;
}

command_template_options template_options_of(const run_options& options) {
  command_template_options out;
  out.shell = options.shell;
  out.to_input = options.targets_to_input;
  out.target_end = options.target_end;
  out.batch = options.batch_max > 1;
  out.allow_dash = options.allow_dash;
  out.syntax = {options.replace, true};
  for (const column_default& one : options.defaults)
    out.columns.push_back(one.column);
  return out;
}

/// How many bytes the targets of one command may take: three quarters of what the system allows, as
/// the one that passes this bound still goes with them.
std::size_t argument_room(const run_options& options) {
  const long limit = ::sysconf(_SC_ARG_MAX);
  std::size_t taken = 0;
  for (char** entry = environ; *entry; ++entry)
    taken += std::strlen(*entry) + 1 + sizeof(char*);
  for (const std::string& entry : options.process.environment)
    taken += entry.size() + 1 + sizeof(char*);
  for (const std::string& word : options.command)
    taken += word.size() + 1 + sizeof(char*);
  const auto allowed = static_cast<std::size_t>(std::max(limit, long{0}));
  return allowed > taken ? (allowed - taken) / 4 * 3 : 0;
}

std::size_t slots_of(std::size_t tasks_max) {
  return tasks_max == 0 ? host_slots<task_cursor>::per_host_limit : tasks_max;
}

scheduler_limits limits_of(const run_options& options) {
  return {.rate = options.rate,
          .in_flight_max = options.in_flight_max,
          .per_host_max = slots_of(options.per_host_max),
          .per_group_max = slots_of(options.group_max),
          .parked_max = parked_tasks_max,
          .batch_max = starts_max,
          .retries = options.retries};
}

task_attempt attempt_of(const process_result& result) {
  return {result.status, result.reason, result.exit_code, result.signal, result.took};
}

}  // namespace

std::uint64_t task_engine::group_key(std::string_view group) {
  return group.empty() ? 0 : std::max<std::uint64_t>(std::hash<std::string_view>{}(group), 1);
}

task_engine::task_engine(asio::io_context& context, run_options options, target_stream& targets,
                         run_observer& observer)
    : options_{checked(std::move(options))},
      command_{options_.command, template_options_of(options_)},
      defaults_{options_.defaults},
      context_{context},
      targets_{targets},
      observer_{observer},
      argument_bytes_max_{argument_room(options_)},
      sequence_{options_.first_sequence},
      time_{context},
      batch_alarm_{time_.make_alarm([this] {
        batch_due_ = true;
        scheduler_.wake();
      })},
      host_{context},
      scheduler_{context, time_, *this, limits_of(options_), {}} {
  options_.batch_max = std::min(options_.batch_max, command_.targets_max());
  options_.batch_min = std::min(options_.batch_min, options_.batch_max);
  for (const auto& [group, tasks_max] : options_.group_limits)
    scheduler_.set_group_max(group_key(group), slots_of(tasks_max));
  if (options_.ordered) {
    window_.emplace([this](const task_result& result) { observer_.on_task(result); });
    window_->absent(0, sequence_);
  }
  if (!options_.refill.empty()) refill_.emplace(options_.refill);
}

task_engine::~task_engine() {
  while (!running_.empty())
    delete &running_.front();
}

// ---- Results

void task_engine::on_end(running_task& ended, process_result&& result) {
  const std::unique_ptr<running_task> task{&ended};
  const scheduler<task_engine>::ending ending{scheduler_, task->cursor.host_key,
                                              task->cursor.group_key};
  task->unlink();
  if (result.started) sum_.took.add(result.took);
  observer_.on_try_end(task->cursor.sequence);
  slots_.give_back(task->slot);
  if (try_again(task->cursor, result)) return;
  task_result whole;
  whole.sequence = task->cursor.sequence;
  whole.targets = std::move(task->cursor.targets);
  whole.group = std::move(task->cursor.group);
  whole.status = result.status;
  whole.reason = result.reason;
  whole.detail = std::move(task->detail.empty() ? result.detail : task->detail);
  whole.attempts = std::move(task->cursor.attempts);
  if (whole.attempts) whole.attempts->push_back(attempt_of(result));
  whole.process = std::move(result);
  if (refill_ && !stopping()) refill(whole);
  report(std::move(whole));
}

void task_engine::report(task_result&& result) {
  result.finished = time_.wall();
  ++sum_.tasks;
  const std::size_t targets = result.targets.size();
  sum_.totals.add(result.status, targets);
  if (result.reason == reason::killed_by_signal) sum_.killed += targets;
  const bool is_failure = result.status != status::up && result.status != status::cancelled;
  observer_.on_task_over(result);
  if (window_) {
    window_->accept(std::move(result));
  } else {
    observer_.on_task(result);
  }
  if (is_failure) {
    ++failed_;
    failed_targets_ += targets;
  }
  // A share may be reached by one that succeeded, as the least number that is told of it is.
  if (failed_ > 0 && !stopping()) look_at_failures();
}

void task_engine::look_at_failures() {
  const halt_rule& rule = options_.halt;
  bool halt = rule.failed_max > 0 && failed_ >= rule.failed_max;
  if (rule.failed_percent > 0) {
    // Targets are compared with targets: a batch fails for all of its own.
    const auto known = targets_.size();
    const std::uint64_t ended = sum_.totals.total();
    const std::uint64_t left = known ? *known - std::min(*known, sum_.done_before) : 0;
    const bool enough = known || sum_.tasks >= halt_rule::tasks_min;
    halt = halt || (enough && static_cast<double>(failed_targets_) * 100 >=
                                  rule.failed_percent * static_cast<double>(std::max(left, ended)));
  }
  if (!halt) return;
  if (rule.soon) return stop_starting(reason::too_many_failed);
  stop(reason::too_many_failed);
}

void task_engine::refill(const task_result& result) {
  std::vector<std::string> found;
  refill_->find(result.process.output,
                [&found](std::string text) { found.push_back(std::move(text)); });
  if (found.empty()) return;
  sum_.refilled += found.size();
  for (auto text = found.rbegin(); text != found.rend(); ++text)
    targets_.add_text_next(std::move(*text));
  scheduler_.reopen_source();
}

resolver& task_engine::names() {
  if (!names_) names_.emplace(context_, resolver_options{});
  return *names_;
}

// ---- Further tries

bool task_engine::is_retried(const process_result& result) const {
  if (result.status == status::timeout) return options_.retry_timeouts;
  if (result.status != status::mismatch) return false;
  if (result.signal != 0) return options_.retry_signals;
  return options_.retry_codes.empty() ||
         std::ranges::find(options_.retry_codes, result.exit_code) != options_.retry_codes.end();
}

/// Puts a task off for another try; false when its outcome is final.
bool task_engine::try_again(task_cursor& task, const process_result& result) {
  const std::size_t tries = 1 + (task.attempts ? task.attempts->size() : 0);
  if (stopping() || tries > options_.retries || !is_retried(result)) return false;
  if (!task.attempts) task.attempts = std::make_unique<std::vector<task_attempt>>();
  task.attempts->push_back(attempt_of(result));
  ++sum_.retries;
  const auto due = time_.now() + wait_before(static_cast<unsigned>(tries), options_.backoff);
  scheduler_.put_off(tries, due, std::move(task));
  return true;
}

// ---- Limits

void task_engine::set_max_in_flight(std::size_t tasks_max) {
  scheduler_.set_in_flight_max(std::clamp<std::size_t>(tasks_max, 1, run_options::in_flight_limit));
}

void task_engine::set_rate(double rate_per_second) { scheduler_.set_rate(rate_per_second); }

void task_engine::set_per_host_max(std::size_t tasks_max) {
  scheduler_.set_per_host_max(slots_of(tasks_max));
}

void task_engine::set_group_max(std::string_view group, std::size_t tasks_max) {
  scheduler_.set_group_max(group_key(group), slots_of(tasks_max));
}

// ---- The run as a whole

void task_engine::stop_starting(reason why) {
  if (scheduler_.stop(why)) batch_alarm_->clear();
}

void task_engine::stop(reason why) {
  const bool soon = scheduler_.stop_reason() == reason::too_many_failed && options_.halt.soon;
  if (stopping() && !soon) return;
  stop_starting(why);
  running_.visit_once([why](running_task& task) { task.stop(why); });
}

void task_engine::kill() {
  running_.visit_once([](running_task& task) { task.child.kill(); });
  host_.kill_marked();
}

asio::awaitable<run_summary> task_engine::run() {
  const std::function<void()> start = [this] { scheduler_.begin(); };
  co_await scheduler_.live(options_.run_deadline, start);
  if (names_) names_->cancel();
  host_.rest();
  if (window_) window_->flush();
  co_return summary();
}

run_summary task_engine::summary() const {
  run_summary sum = sum_;
  sum.waiting_peak = scheduler_.parked_peak();
  // Counted from the other end than the results, so that a task lost on the way shows.
  sum.asked = pulled_ - sum_.done_before - unstarted_;
  sum.bad_targets = targets_.bad_targets();
  sum.duplicate_targets = targets_.duplicates();
  sum.in_flight_peak = scheduler_.in_flight_peak();
  sum.waits = host_.waits();
  sum.elapsed = scheduler_.elapsed();
  sum.stopped_early = stopping();
  sum.stop_reason = scheduler_.stop_reason();
  if (stopping()) {
    const std::uint64_t begun = pulled_ - unstarted_;
    sum.not_started =
        targets_.size().value_or(pulled_) - std::min(begun, targets_.size().value_or(pulled_));
    sum.not_started_known = targets_.size().has_value();
  }
  return sum;
}

run_progress task_engine::progress() const {
  run_progress now;
  now.totals = &sum_.totals;
  now.in_flight = scheduler_.in_flight();
  if (const auto known = targets_.size())
    now.targets_expected = *known - std::min(*known, sum_.done_before);
  now.elapsed = scheduler_.elapsed();
  return now;
}

}  // namespace muster
