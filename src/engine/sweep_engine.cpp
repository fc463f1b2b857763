// Strategy: every probe that was started ends in `on_result`, and leaves it through `report` unless
// it is to be tried again; what is not started at all goes through `report` directly. Everything
// that a result decides (whether its host's other probes start, whether enough are up, what comes
// next in order) is decided there, so that no outcome can miss it.
#include "engine/sweep_engine.hpp"

#include "engine/retry_policy.hpp"
#include "net/descriptor_limit.hpp"
#include "probe/kind.hpp"

#include <algorithm>
#include <stdexcept>

namespace muster {
namespace {

// A list may name one host very often before it names the next: its rest must not hold up that.
constexpr std::size_t parked_max = 65'536;
// Probes that wait for a descriptor or a process before nothing more is taken.
constexpr std::size_t lines_max = 16'384;
// A wake-up for each token would cost more than the probe.
constexpr std::chrono::milliseconds rate_quantum{1};

// What there are only so many of, by its number.
constexpr std::size_t descriptor_line = 0;
constexpr std::size_t process_line = 1;

std::size_t scarce_of(probe_kind kind) {
  switch (description_of(kind).need()) {
    case scarce_need::descriptor:
      return descriptor_line;
    case scarce_need::process:
      return process_line;
    case scarce_need::nothing:
      break;
  }
  return scheduler<sweep_engine>::no_need;
}

scheduler_limits limits_of(const sweep_options& options) {
  return {.rate = options.rate,
          .rate_quantum = rate_quantum,
          .in_flight_max = options.probe.in_flight_max,
          .per_host_max = options.per_host_max,
          .parked_max = parked_max,
          .lines_max = lines_max,
          .batch_max = icmp_transport::batch_max,
          .retries = options.retries};
}

sweep_options checked(sweep_options options) {
  if (options.retries > sweep_options::retries_max) {
    throw std::invalid_argument{"sweep_options: too many retries"};
  }
  if (options.backoff.count() < 0 || options.backoff > sweep_options::backoff_max) {
    throw std::invalid_argument{"sweep_options: the backoff is negative or too long"};
  }
  if (options.alive_first && options.plan.size() < 2) {
    throw std::invalid_argument{"sweep_options: alive_first needs a plan of several probes"};
  }
  const std::size_t processes = options.processes_max;
  if (processes == 0 || processes > sweep_options::processes_limit) {
    throw std::invalid_argument{"sweep_options: no such number of processes"};
  }
  if (options.min_up > sweep_options::min_up_max) {
    throw std::invalid_argument{"sweep_options: min_up is too large"};
  }
  return options;
}

/// Whether a probe's time was up, whatever it was waiting for.
bool timed_out(const probe_result& result) {
  return result.status == status::timeout || result.reason == reason::resolve_timeout;
}

}  // namespace

sweep_engine::sweep_engine(asio::io_context& context, probe_world& world, sweep_options options,
                           target_stream& targets, result_handler on_result)
    : options_{checked(std::move(options))},
      plan_size_{options_.plan.size()},
      targets_{targets},
      on_result_{std::move(on_result)},
      processes_{context.get_executor(), options_.processes_max},
      up_targets_{options_.before.up_targets},
      time_{world.time()},
      prober_{context, world, options_.probe, options_.plan, targets.excludes(), *this},
      scheduler_{
          context, time_, *this, limits_of(options_), {&shared_descriptors(context), &processes_}} {
  for (const probe_kind kind : all_probe_kinds)
    needs_[static_cast<std::size_t>(kind)] = scarce_of(kind);
  if (options_.retries > 0) retries_.emplace(options_.retries, options_.backoff);
  if (options_.ordered) window_.emplace(on_result_);
  if (options_.host_timeout) target_times_.emplace(*options_.host_timeout);
}

// ---- Results

void sweep_engine::on_result(probe_result&& result) {
  const scheduler<sweep_engine>::ending ended{scheduler_, host_key(result.subject), 0};
  if (out_of_time(result.sequence) && timed_out(result)) {
    result.status = status::timeout;
    result.reason = reason::host_timeout;
  }
  if (try_again(result)) return;
  if (retries_) retries_->conclude(result, true);
  report(std::move(result));
}

void sweep_engine::report(probe_result&& result) {
  totals_.add(result);
  const std::uint64_t sequence = result.sequence;
  const status outcome = result.status;
  const bool is_first = options_.alive_first && sequence % plan_size_ == 0 &&
                        probe_count(options_.plan, result.subject) == plan_size_;
  const target subject = is_first ? result.subject : target{};
  if (window_) {
    window_->accept(std::move(result));
  } else {
    on_result_(result);
  }
  if (target_times_) target_times_->reported(ordinal_of(sequence));
  if (is_first) after_first(subject, ordinal_of(sequence), outcome);
  if (outcome == status::up && options_.min_up > 0) note_up(ordinal_of(sequence));
}

/// Starts or skips the later probes of a target whose first one has ended.
void sweep_engine::after_first(const target& subject, std::uint64_t ordinal, status first) {
  probe_cursor rest;
  rest.subject = subject;
  rest.ordinal = ordinal;
  rest.next = next_undone(ordinal, 1);
  rest.end = static_cast<std::uint32_t>(plan_size_);
  rest.begun = true;
  if (stopping()) {
    unasked_ += undone_from(ordinal, 1, plan_size_);
  } else if (const reason why = reason_to_skip(first); why == reason::none) {
    if (rest.next < rest.end) scheduler_.add(std::move(rest));
  } else {
    for (; rest.next < rest.end; rest.next = next_undone(ordinal, rest.next + 1)) {
      probe_request request = request_of(options_.plan, subject, rest.next);
      request.sequence = ordinal * plan_size_ + rest.next;
      ++asked_;
      report_unstarted(request, why, false);
    }
  }
}

void sweep_engine::note_up(std::uint64_t ordinal) {
  if (up_targets_.size() >= options_.min_up) return;
  up_targets_.add(ordinal);
  if (up_targets_.size() >= options_.min_up) stop(reason::enough_up);
}

// ---- Further tries

/// Puts a probe off for another try; false when its outcome is final.
bool sweep_engine::try_again(const probe_result& result) {
  if (!retries_ || stopping()) return false;
  const auto wait = retries_->next_wait(result);
  if (!wait) return false;
  const std::uint64_t ordinal = ordinal_of(result.sequence);
  const auto due = time_.now() + *wait;
  // Without the time for another try, what is known stands.
  if (out_of_time(result.sequence, *wait)) return false;
  totals_.add_try(result);
  probe_cursor again;
  again.subject = result.subject;
  again.ordinal = ordinal;
  again.next = static_cast<std::uint32_t>(result.sequence % plan_size_);
  again.end = again.next + 1;
  again.begun = again.retry = true;
  scheduler_.put_off(retries_->remember(result), due, std::move(again));
  return true;
}

// ---- The run as a whole

std::uint64_t sweep_engine::undone_from(std::uint64_t ordinal, std::uint64_t index,
                                        std::uint64_t count) const {
  const std::uint64_t first = ordinal * plan_size_;
  return count - index - options_.before.done.count(first + index, first + count);
}

std::uint32_t sweep_engine::next_undone(std::uint64_t ordinal, std::uint64_t index) const {
  const std::uint64_t first = ordinal * plan_size_;
  const std::uint64_t next = options_.before.done.next_missing(first + index) - first;
  return static_cast<std::uint32_t>(std::min(next, plan_size_));
}

void sweep_engine::stop(reason why) {
  if (!scheduler_.stop(why)) return;
  if (before_stop) before_stop();
  prober_.stop(why);
}

asio::awaitable<sweep_summary> sweep_engine::run() {
  const std::function<void()> start = [this] {
    if (options_.min_up > 0 && up_targets_.size() >= options_.min_up) stop(reason::enough_up);
    scheduler_.begin();
  };
  co_await scheduler_.live(options_.run_deadline, start);
  prober_.rest();
  if (window_) window_->flush();
  co_return summary();
}

sweep_summary sweep_engine::summary() const {
  sweep_summary sum;
  sum.totals = totals_;
  sum.strays = prober_.strays();
  sum.waits = prober_.waits();
  sum.waits.descriptors += scheduler_.waits_for(descriptor_line);
  // Counted from the other end than the results, so that a probe lost on the way shows.
  sum.asked = pulled_ * plan_size_ - done_before_ - unasked_;
  sum.bad_targets = targets_.bad_targets();
  sum.duplicate_targets = targets_.duplicates();
  sum.in_flight_peak = scheduler_.permits_peak();
  sum.elapsed = scheduler_.elapsed();
  sum.stopped_early = stopping();
  sum.stop_reason = scheduler_.stop_reason();
  sum.targets_up = up_targets_.size();
  if (stopping()) {
    const std::uint64_t begun = pulled_ - unstarted_;
    sum.hosts_not_started = targets_.size().value_or(begun) - begun;
    sum.hosts_not_started_known = targets_.size().has_value();
  }
  return sum;
}

sweep_progress sweep_engine::progress() const {
  sweep_progress now;
  now.totals = &totals_;
  now.asked = asked_;
  now.in_flight = scheduler_.in_flight();
  if (const auto known = targets_.size()) {
    // A row that names its probe may yet change this for the targets to come.
    const std::uint64_t spared = options_.before.done.size() + spared_;
    now.probes_expected = *known * plan_size_ - std::min(*known * plan_size_, spared);
  }
  now.elapsed = scheduler_.elapsed();
  return now;
}

}  // namespace muster
