// Strategy: every probe that was started ends in `on_result`, and leaves it through `report` unless
// it is to be tried again; what is not started at all goes through `report` directly. Everything
// that a result decides (whether its host's other probes start, whether enough are up, what comes
// next in order) is decided there, so that no outcome can miss it.
#include "engine/sweep_engine.hpp"

#include "engine/retry_policy.hpp"
#include "engine/scarce_lines.hpp"
#include "net/descriptor_limit.hpp"

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
      slots_{options_.plan, options_.alive_first},
      plan_size_{slots_.size()},
      address_numbers_{options_.probe.addresses == address_choice::each ? resolver::addresses_max
                                                                        : 1},
      targets_{targets},
      on_result_{std::move(on_result)},
      processes_{context.get_executor(), options_.processes_max},
      up_targets_{options_.before.up_targets},
      time_{world.time()},
      prober_{context, world, options_.probe, options_.plan, targets.excludes(), *this},
      scheduler_{
          context, time_, *this, limits_of(options_), {&shared_descriptors(context), &processes_}} {
  for (const probe_kind kind : all_probe_kinds)
    needs_[static_cast<std::size_t>(kind)] = scarce_line_of<sweep_engine>(kind);
  if (options_.retries > 0) retries_.emplace(options_.retries, options_.backoff);
  const address_choice choice = options_.probe.addresses;
  if (choice == address_choice::any || choice == address_choice::all) {
    addresses_.emplace(choice, totals_);
  }
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
  if (ask_next_address(result)) return;
  report(std::move(result));
}

void sweep_engine::report(probe_result&& result) {
  if (addresses_) addresses_->conclude(result);
  totals_.add(result);
  const std::uint64_t sequence = result.sequence;
  const outcome what{result.status, result.reason};
  target subject = slots_.is_staged() ? result.subject : target{};
  if (const auto all = subject.addresses(); !all.empty()) subject.pin(all.front());
  if (window_) {
    window_->accept(std::move(result));
  } else {
    on_result_(result);
  }
  if (target_times_) target_times_->reported(ordinal_of(sequence));
  if (slots_.is_staged()) follow(subject, sequence, what);
  if (what.status == status::up && options_.min_up > 0) note_up(ordinal_of(sequence));
}

void sweep_engine::note_up(std::uint64_t ordinal) {
  if (up_targets_.size() >= options_.min_up) return;
  up_targets_.add(ordinal);
  if (up_targets_.size() >= options_.min_up) stop(reason::enough_up);
}

// ---- Stages

/// Has what waited for this probe of a target begun, or ended.
void sweep_engine::follow(const target& subject, std::uint64_t sequence, const outcome& what) {
  const decision of{subject, ordinal_of(sequence), sequence};
  if (!stages_.knows(of.ordinal)) return;
  const auto number = static_cast<std::uint32_t>(sequence % plan_size_);
  const plan_slots::range at_port = slots_.at_port(number);
  if (what.status == status::up) {
    begin(of, at_port);
  } else {
    drop(of, at_port);
  }
  const bool host_is_silent = what.reason == reason::host_silent;
  conclude(of, slots_.stage_of(number), 1,
           host_is_silent ? reason::host_silent : reason_to_skip(what.status));
  stages_.close(of.ordinal);
}

/// So many probes of a stage are settled: `why` they did not find the host, none if they did;
/// nothing if they were not asked at all.
void sweep_engine::conclude(const decision& of, std::size_t stage, std::uint64_t probes,
                            std::optional<reason> why) {
  stage_book::progress& own = stages_.of(of.ordinal, stage);
  own.left -= probes;
  if (why && own.failure != reason::host_silent) own.failure = *why;
  const bool found = why == reason::none;
  if (own.is_decided || stage + 1 == slots_.stages() || (!found && own.left > 0)) return;
  own.is_decided = true;
  const plan_slots::range next = slots_.at_host(stage + 1);
  if (found) return begin(of, next);
  // A stage of which nothing was asked says nothing about the host.
  if (own.failure == reason::none || stopping()) return drop(of, next);
  skip(of, next, own.failure);
}

void sweep_engine::begin(const decision& of, plan_slots::range probes) {
  if (stopping()) return drop(of, probes);
  probe_cursor more;
  more.subject = of.subject;
  more.ordinal = of.ordinal;
  more.next = next_undone(of.ordinal, probes.begin);
  more.end = probes.end;
  more.begun = true;
  if (more.next < more.end) scheduler_.add(std::move(more));
}

void sweep_engine::skip(const decision& of, plan_slots::range probes, reason why) {
  for (auto i = next_undone(of.ordinal, probes.begin); i < probes.end;
       i = next_undone(of.ordinal, i + 1)) {
    probe_request request = slots_.request(of.subject, i);
    request.sequence = of.ordinal * plan_size_ + i;
    ++asked_;
    report_unstarted(request, why, false);
  }
}

/// Probes that will not be asked, and what waited for them. What waited for one that an earlier run
/// has asked has been begun by itself.
void sweep_engine::drop(const decision& of, plan_slots::range probes) {
  const std::uint64_t count = undone(of.ordinal, probes);
  if (count == 0) return;
  unasked_ += count;
  if (target_times_) target_times_->reported(of.ordinal, count);
  const std::uint64_t first = of.ordinal * plan_size_;
  if (!stopping()) {
    spared_ += count;
    if (tell_unasked) tell_unasked(first + probes.begin, first + probes.end, of.cause);
    if (window_) window_->absent(first + probes.begin, first + probes.end);
  }
  if (!stages_.knows(of.ordinal)) return;
  for (auto i = next_undone(of.ordinal, probes.begin); i < probes.end;
       i = next_undone(of.ordinal, i + 1)) {
    drop(of, slots_.at_port(i));
  }
  conclude(of, slots_.stage_of(probes.begin), count, {});
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

// ---- Further addresses

/// Has the next address of a name asked, as a further try; false when there is none, or no need to.
bool sweep_engine::ask_next_address(probe_result& result) {
  if (!addresses_ || result.subject.addresses().size() < 2) return false;
  const auto number = static_cast<std::uint32_t>(result.sequence % plan_size_);
  const probe_spec& spec = *slots_.request(result.subject, number).spec;
  const auto use = description_of(result.kind).use_of_addresses(result.subject, spec);
  const auto next = addresses_->next(result, use);
  if (!next) return false;
  probe_cursor again;
  again.subject = result.subject;
  again.subject.pin(*next);
  again.ordinal = ordinal_of(result.sequence);
  again.next = number;
  again.end = number + 1;
  again.begun = again.retry = true;
  addresses_->keep(std::move(result));
  if (stopping()) {
    settle(std::move(again));
  } else {
    scheduler_.add(std::move(again));
  }
  return true;
}

// ---- The run as a whole

std::uint64_t sweep_engine::undone(std::uint64_t ordinal, plan_slots::range probes) const {
  const std::uint64_t first = ordinal * plan_size_;
  return probes.size() - options_.before.done.count(first + probes.begin, first + probes.end);
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
  while (!ready_.empty()) {
    settle(std::move(ready_.front()));
    ready_.pop_front();
  }
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
    const std::uint64_t begun = pulled_ / address_numbers_ - unstarted_;
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
    const std::uint64_t numbers = *known * plan_size_ * address_numbers_;
    now.probes_expected = numbers - std::min(numbers, spared);
  }
  now.elapsed = scheduler_.elapsed();
  return now;
}

}  // namespace muster
