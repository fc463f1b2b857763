// Strategy: one coroutine, the pump, pulls targets, waits for the limits and starts probes. What is
// left to do for a host whose slots are all taken is parked as a cursor, so a host with 65,535
// ports costs one parked target, and a full car park stops the pulling. A probe that is to be tried
// again is a cursor, too, of one probe, and so is what a host gets once it has answered its first.
// The pump stands aside after each batch, so that requests leave and replies are read while the
// next batch is made ready.
#include "engine/sweep_engine.hpp"
#include "net/resume.hpp"

#include <new>
#include <utility>

#include <asio/post.hpp>

namespace muster {
namespace {

constexpr std::size_t batch_max = icmp_transport::batch_max;
// Tokens are waited for in steps of this, as a wake-up for each would cost more than the probe.
constexpr std::chrono::milliseconds rate_quantum{1};
constexpr std::size_t passed_over_at_once_max = 4096;
// Probes that wait for a descriptor or a process before nothing more is taken.
constexpr std::size_t lines_max = 16'384;

}  // namespace

job sweep_engine::pump(job_scope&, sweep_engine& self) {
  while (!self.stopping() && self.pass_over(passed_over_at_once_max))
    co_await asio::post(self.context_, resume);
  std::size_t batch = 0;
  while (!self.stopping()) {
    std::optional<ready_probe> probe = self.next_probe();
    if (!probe) {
      if (self.stopping() || self.drained()) break;
      co_await self.course_.sleep();
      continue;
    }
    if (++batch == batch_max) {
      batch = 0;
      co_await asio::post(self.context_, resume);
    }
    if (self.out_of_time(probe->request.sequence)) {
      self.end_unstarted(std::move(*probe), reason::host_timeout);
      continue;
    }
    while (self.options_.rate > 0 && !self.stopping()) {
      const auto now = self.time_.now();
      if (self.bucket_.take(now)) break;
      co_await self.rate_nap_.until(self.bucket_.next(now) + rate_quantum);
    }
    std::optional<semaphore_permit> permit = self.permits_.try_acquire();
    if (!permit) {
      auto [error, granted] = co_await self.permits_.async_acquire(resume);
      permit.emplace(std::move(granted));
    }
    probe->request.permit = std::move(*permit);
    if (self.stopping()) {
      self.end_unstarted(std::move(*probe), self.course_.stop_reason());
      break;
    }
    self.launch(std::move(*probe));
  }
  if (self.stopping()) self.settle_unstarted();
  self.course_.end_pump();
}

void sweep_engine::launch(ready_probe&& probe) {
  course_.enter();
  if (!target_times_) return prober_.start(std::move(probe.request));
  const auto now = time_.now();
  const time_limit limit{target_times_->start(ordinal_of(probe.request.sequence), now),
                         target_times_->length()};
  if (limit.end() > now) return prober_.start(std::move(probe.request), limit);
  // Its time ran out while it waited for a permit.
  course_.leave();
  end_unstarted(std::move(probe), reason::host_timeout);
}

// ---- What to start next

// Those that waited for something come first.
std::optional<sweep_engine::ready_probe> sweep_engine::next_probe() {
  if (course_.held()) return std::nullopt;
  for (std::size_t put_in_line = 0; provided_.empty(); ++put_in_line) {
    if (in_lines() >= lines_max) return std::nullopt;
    if (put_in_line == batch_max) {
      course_.go_on_soon();
      return std::nullopt;
    }
    std::optional<ready_probe> probe = take_probe();
    if (!probe) return std::nullopt;
    if (auto ready = provide(std::move(*probe))) return ready;
  }
  ready_probe probe = std::move(provided_.front());
  provided_.pop_front();
  return probe;
}

sweep_engine::resource* sweep_engine::needed_by(const ready_probe& probe) {
  return needs_[static_cast<std::size_t>(probe.request.kind())];
}

std::optional<sweep_engine::ready_probe> sweep_engine::provide(ready_probe&& probe) {
  resource* const needed = needed_by(probe);
  if (!needed) return std::move(probe);
  if (needed->line.empty()) {
    if (auto permit = needed->permits.try_acquire()) {
      probe.request.resource = std::move(*permit);
      return std::move(probe);
    }
  }
  if (needed == &descriptors_) ++descriptor_waits_;
  needed->line.push_back(std::move(probe));
  if (!needed->is_awaited) await_resource(scope_, *this, *needed);
  return std::nullopt;
}

job sweep_engine::await_resource(job_scope&, sweep_engine& self, resource& scarce) {
  scarce.is_awaited = true;
  while (!scarce.line.empty()) {
    auto [error, permit] = co_await scarce.permits.async_acquire(resume);
    if (scarce.line.empty()) break;  // the run was stopped
    ready_probe& first = self.provided_.emplace_back(std::move(scarce.line.front()));
    scarce.line.pop_front();
    first.request.resource = std::move(permit);
    self.wake();
  }
  scarce.is_awaited = false;
}

// The rest of the current target comes first, then works whose host has become free, then new ones.
std::optional<sweep_engine::ready_probe> sweep_engine::take_probe() {
  if (current_) {
    auto [key, cursor] = std::move(*std::exchange(current_, std::nullopt));
    return take_from(std::move(cursor), key);
  }
  if (auto ready = slots_.take_ready()) return take_from(std::move(ready->second), ready->first);
  return pull_probe();
}

std::optional<sweep_engine::ready_probe> sweep_engine::pull_probe() {
  while (!exhausted_ && may_pull()) {
    probe_cursor cursor;
    const auto pulled = pull_target(cursor.subject);
    if (pulled == target_stream::pull::end) {
      exhausted_ = true;
    } else if (pulled == target_stream::pull::wait) {
      if (want_targets) want_targets();
      return std::nullopt;
    } else if (pulled == target_stream::pull::pause) {
      course_.go_on_soon();
      return std::nullopt;
    } else if (open(cursor)) {
      const std::uint64_t key = host_key(cursor.subject);
      if (slots_.try_enter(key)) return take_from(std::move(cursor), key);
      slots_.park(key, std::move(cursor));
    }
  }
  pull_held_ = !exhausted_;
  return std::nullopt;
}

target_stream::pull sweep_engine::pull_target(target& into) try {
  return targets_.next_within(into, run_course::lines_at_once_max);
} catch (const std::bad_alloc&) {
  stop(reason::out_of_memory);
  return target_stream::pull::end;
}

bool sweep_engine::may_pull() const {
  if (!slots_.can_park()) return false;
  if (retries_ && retries_->waiting() >= sweep_options::retries_waiting_max) return false;
  if (!window_) return true;
  return pulled_ * plan_size_ < window_->base() + sweep_options::ordered_window_max &&
         window_->held_bytes() < sweep_options::ordered_text_bytes_max;
}

bool sweep_engine::open(probe_cursor& cursor) {
  cursor.ordinal = pulled_++;
  const std::uint64_t first = cursor.ordinal * plan_size_;
  const std::uint64_t count = probe_count(options_.plan, cursor.subject);
  cursor.end = static_cast<std::uint32_t>(count);
  unasked_ += plan_size_ - count;
  if (window_ && count < plan_size_) window_->absent(first + count, first + plan_size_);
  std::uint64_t undone = count;
  const sequence_set& done = options_.before.done;
  if (!done.empty()) {
    undone = undone_from(cursor.ordinal, 0, count);
    done_before_ += count - undone;
    for (std::uint64_t i = first; window_ && i < first + count; ++i) {
      if (done.contains(i)) window_->absent(i, i + 1);
    }
    if (undone == 0) return false;
    cursor.next = next_undone(cursor.ordinal, 0);
  }
  spared_ += plan_size_ - count;
  // When an earlier run is done with the first, its host has answered, or nothing would be left.
  if (options_.alive_first && cursor.next == 0) cursor.end = 1;
  if (target_times_) target_times_->open(cursor.ordinal, undone);
  return true;
}

sweep_engine::ready_probe sweep_engine::take_from(probe_cursor cursor, std::uint64_t key) {
  ready_probe probe{request_of(options_.plan, cursor.subject, cursor.next), key, cursor.retry,
                    !cursor.begun};
  probe.request.sequence = cursor.ordinal * plan_size_ + cursor.next++;
  if (!cursor.retry) ++asked_;
  if (!options_.before.done.empty()) cursor.next = next_undone(cursor.ordinal, cursor.next);
  cursor.begun = true;
  if (cursor.next < cursor.end) {
    if (slots_.try_enter(key)) {
      current_.emplace(key, std::move(cursor));
    } else {
      slots_.park(key, std::move(cursor));
    }
  }
  return probe;
}

bool sweep_engine::pass_over(std::size_t targets_max) {
  const std::uint64_t done = options_.before.done.next_missing(0) / plan_size_;
  target passed;
  for (std::size_t i = 0; i < targets_max; ++i) {
    if (pulled_ >= done) return false;
    const auto pulled = targets_.next_within(passed, run_course::lines_at_once_max);
    if (pulled == target_stream::pull::pause) return true;
    if (pulled != target_stream::pull::target) return false;
    ++pulled_;
    done_before_ += plan_size_;
    if (window_) window_->absent(0, done_before_);
  }
  return true;
}

bool sweep_engine::drained() const {
  if (!exhausted_ || current_ || slots_.parked() > 0 || slots_.ready() > 0) return false;
  if (in_lines() > 0 || !provided_.empty()) return false;
  // What is in flight may come back for another try, or set the rest of its target free.
  const bool may_come_back = retries_ || options_.alive_first;
  return !may_come_back || (course_.in_flight() == 0 && !(retries_ && retries_->waiting() > 0));
}

// ---- What was not started

void sweep_engine::settle_unstarted() {
  for (auto* waiting : {&provided_, &descriptors_.line, &processes_.line}) {
    for (auto all = std::exchange(*waiting, {}); ready_probe & probe : all)
      take_back(std::move(probe));
  }
  if (current_) {
    slots_.leave(current_->first);
    settle(current_->second);
    current_.reset();
  }
  slots_.drain([this](std::uint64_t, const probe_cursor& cursor) { settle(cursor); });
  while (retries_ && retries_->waiting() > 0)
    settle(*retries_->take_any());
}

void sweep_engine::settle(const probe_cursor& cursor) {
  if (cursor.retry) {
    probe_request request = request_of(options_.plan, cursor.subject, cursor.next);
    request.sequence = cursor.ordinal * plan_size_ + cursor.next;
    return report_unstarted(request, course_.stop_reason(), true);
  }
  const std::uint64_t count = probe_count(options_.plan, cursor.subject);
  unasked_ += undone_from(cursor.ordinal, cursor.next, count);
  if (!cursor.begun) ++unstarted_;
}

void sweep_engine::take_back(ready_probe&& probe) {
  if (probe.retry) return end_unstarted(std::move(probe), course_.stop_reason());
  --asked_;
  ++unasked_;
  if (probe.first) ++unstarted_;
  slots_.leave(probe.key);
}

void sweep_engine::end_unstarted(ready_probe&& probe, reason why) {
  report_unstarted(probe.request, why, probe.retry);
  slots_.leave(probe.key);
}

void sweep_engine::report_unstarted(const probe_request& request, reason why, bool retry) {
  probe_result result = prober::result_of(request);
  result.finished = time_.wall();
  result.status = !retry                        ? status::skipped
                  : why == reason::host_timeout ? status::timeout
                                                : status::cancelled;
  result.reason = why;
  if (retries_) retries_->conclude(result, false);
  report(std::move(result));
}

}  // namespace muster
