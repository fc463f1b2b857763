// Strategy: a target is a cursor over its probes. A probe that is to be tried again is a cursor,
// too, of one probe, and so is what a host gets once it has answered its first. Targets that an
// earlier run was done with are passed over many at a time.
#include "engine/sweep_engine.hpp"
#include "net/lookup_operation.hpp"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::size_t passed_over_at_once_max = 4096;
// Names whose addresses are looked for at a time.
constexpr std::size_t lookups_max = 1000;

}  // namespace

// ---- What to start next

source_answer sweep_engine::pull(probe_cursor& into) {
  if (!ready_.empty()) {
    into = std::move(ready_.front());
    ready_.pop_front();
    return source_answer::works;
  }
  if (looking_up_ >= lookups_max) return source_answer::wait;
  if (pass_over(passed_over_at_once_max)) return source_answer::pause;
  switch (pull_target(into.subject)) {
    case target_stream::pull::wait:
      if (want_targets) want_targets();
      return source_answer::wait;
    case target_stream::pull::pause:
      return source_answer::pause;
    case target_stream::pull::end:
      return looking_up_ > 0 ? source_answer::wait : source_answer::end;
    case target_stream::pull::target:
      break;
  }
  into.ordinal = pulled_;
  pulled_ += address_numbers_;
  if (options_.probe.addresses != address_choice::first && into.subject.needs_lookup()) {
    ++looking_up_;
    look_up(lookups_, *this, std::move(into));
    return source_answer::passed_over;
  }
  spare_addresses(into.ordinal, 1);
  return open(into) ? source_answer::works : source_answer::passed_over;
}

job sweep_engine::look_up(job_scope&, sweep_engine& self, probe_cursor of) {
  probe_deadline whole{self.prober_.deadlines(), self.prober_.limit(of.subject)};
  lookup_operation lookup{self.prober_.names(), of.subject.host(), whole};
  const probe_deadline::step step{whole, lookup};
  const lookup_answer& answer = co_await lookup;
  self.looked_up(of, answer);
}

void sweep_engine::looked_up(const probe_cursor& name, const lookup_answer& answer) {
  --looking_up_;
  if (stopping()) {
    ++unstarted_;
    return spare_addresses(name.ordinal, 0);
  }
  const std::vector<ip_address> found = prober_.to_try(answer.addresses);
  if (options_.probe.addresses != address_choice::each) {
    probe_cursor one = name;
    if (!found.empty()) one.subject = name.subject.at(found);
    if (open(one)) ready_.push_back(std::move(one));
    return scheduler_.wake();
  }
  // Without any, the probe will say what is wrong with the name.
  const std::uint64_t count = std::max<std::uint64_t>(found.size(), 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    probe_cursor one = name;
    one.ordinal += i;
    one.begun = i > 0;
    if (!found.empty()) one.subject.pin(found[i]);
    if (open(one)) ready_.push_back(std::move(one));
  }
  spare_addresses(name.ordinal, count);
  scheduler_.wake();
}

void sweep_engine::spare_addresses(std::uint64_t target, std::uint64_t first_unused) {
  if (first_unused >= address_numbers_) return;
  const std::uint64_t begin = (target + first_unused) * plan_size_;
  const std::uint64_t end = (target + address_numbers_) * plan_size_;
  unasked_ += end - begin;
  if (stopping()) return;
  spared_ += end - begin;
  if (tell_unasked) tell_unasked(begin, end, {});
  if (window_) window_->absent(begin, end);
}

bool sweep_engine::pass_over(std::size_t targets_max) {
  if (options_.before.done.empty()) return false;
  const std::uint64_t done = options_.before.done.next_missing(0) / plan_size_;
  target passed;
  for (std::size_t i = 0; i < targets_max; ++i) {
    if (pulled_ + address_numbers_ > done) return false;
    const auto pulled = targets_.next_within(passed, scheduler<sweep_engine>::lines_at_once_max);
    if (pulled == target_stream::pull::pause) return true;
    if (pulled != target_stream::pull::target) return false;
    pulled_ += address_numbers_;
    done_before_ += plan_size_ * address_numbers_;
    if (window_) window_->absent(0, done_before_);
  }
  return true;
}

target_stream::pull sweep_engine::pull_target(target& into) try {
  return targets_.next_within(into, scheduler<sweep_engine>::lines_at_once_max);
} catch (const std::bad_alloc&) {
  stop(reason::out_of_memory);
  return target_stream::pull::end;
}

bool sweep_engine::has_room() const {
  if (retries_ && scheduler_.delayed() >= sweep_options::retries_waiting_max) return false;
  if (!window_) return true;
  return pulled_ * plan_size_ < window_->base() + sweep_options::ordered_window_max &&
         window_->held_bytes() < sweep_options::ordered_text_bytes_max;
}

bool sweep_engine::open(probe_cursor& from) {
  const std::uint64_t first = from.ordinal * plan_size_;
  const plan_slots::range all = probes_of(from.subject);
  const std::uint64_t count = all.size();
  from.end = all.end;
  unasked_ += plan_size_ - count;
  if (window_ && count < plan_size_) window_->absent(first + count, first + plan_size_);
  std::uint64_t left = count;
  const sequence_set& done = options_.before.done;
  if (!done.empty()) {
    left = undone(from.ordinal, all);
    done_before_ += count - left;
    for (std::uint64_t i = first; window_ && i < first + count; ++i) {
      if (done.contains(i)) window_->absent(i, i + 1);
    }
    if (left == 0) return false;
    from.next = next_undone(from.ordinal, 0);
  }
  spared_ += plan_size_ - count;
  if (target_times_) target_times_->open(from.ordinal, left);
  // One that names its only probe has no later ones.
  return count < plan_size_ || !slots_.is_staged() || open_stages(from);
}

// What an earlier run had begun goes on. Where it was done with some of a stage, it may have found
// the host, and what waits for that is asked rather than passed over; where it was done with a
// port, what is left to be asked of it shows that it was open.
bool sweep_engine::open_stages(probe_cursor& from) {
  const sequence_set& done = options_.before.done;
  const std::uint64_t first = from.ordinal * plan_size_;
  std::vector<stage_book::progress> stages(slots_.stages());
  bool is_first = true;
  const auto add = [&](plan_slots::range probes) {
    probe_cursor more = from;
    more.next = next_undone(from.ordinal, probes.begin);
    more.end = probes.end;
    if (more.next >= more.end) return;
    if (std::exchange(is_first, false)) {
      from = std::move(more);
    } else {
      more.begun = true;
      ready_.push_back(std::move(more));
    }
  };
  add(slots_.stage(0));
  stages[0].left = undone(from.ordinal, slots_.stage(0));
  for (std::size_t i = 1; i < stages.size(); ++i) {
    const plan_slots::range before = slots_.stage(i - 1);
    stages[i].left = undone(from.ordinal, slots_.stage(i));
    if (done.empty() || stages[i - 1].left == before.size()) continue;
    stages[i - 1].is_decided = true;
    add(slots_.at_host(i));
    for (std::uint32_t port = before.begin; port < before.end; ++port) {
      if (done.contains(first + port)) add(slots_.at_port(port));
    }
  }
  stages_.open(from.ordinal, std::move(stages));
  return true;
}

sweep_engine::work sweep_engine::take(probe_cursor& from) {
  work probe{slots_.request(from.subject, from.next), host_of(from), from.retry, !from.begun};
  probe.request.sequence = from.ordinal * plan_size_ + from.next++;
  if (!from.retry) ++asked_;
  if (!options_.before.done.empty()) from.next = next_undone(from.ordinal, from.next);
  from.begun = true;
  return probe;
}

bool sweep_engine::admits(work& probe) {
  if (!out_of_time(probe.request.sequence)) return true;
  end_unstarted(std::move(probe), reason::host_timeout);
  return false;
}

void sweep_engine::start(work&& probe, semaphore_permit permit) {
  probe.request.permit = std::move(permit);
  if (!target_times_) return prober_.start(std::move(probe.request));
  const auto now = time_.now();
  const time_limit limit{target_times_->start(ordinal_of(probe.request.sequence), now),
                         target_times_->length()};
  if (prober_.time_left(limit).count() > 0) return prober_.start(std::move(probe.request), limit);
  // Its time ran out while it waited to be started.
  const scheduler<sweep_engine>::ending ended{scheduler_, probe.host, 0};
  end_unstarted(std::move(probe), reason::host_timeout);
}

// ---- What was not started

void sweep_engine::settle(probe_cursor&& rest) {
  if (rest.retry) {
    probe_request request = slots_.request(rest.subject, rest.next);
    request.sequence = rest.ordinal * plan_size_ + rest.next;
    return report_unstarted(request, scheduler_.stop_reason(), true);
  }
  if (!rest.begun) ++unstarted_;
  drop({rest.subject, rest.ordinal, {}}, {rest.next, rest.end});
  stages_.close(rest.ordinal);
}

void sweep_engine::take_back(work&& probe) {
  if (probe.retry) return end_unstarted(std::move(probe), scheduler_.stop_reason());
  --asked_;
  if (probe.first) ++unstarted_;
  const std::uint64_t ordinal = ordinal_of(probe.request.sequence);
  const auto number = static_cast<std::uint32_t>(probe.request.sequence % plan_size_);
  drop({probe.request.subject, ordinal, {}}, {number, number + 1});
  stages_.close(ordinal);
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
