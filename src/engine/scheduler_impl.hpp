// Strategy: one job starts everything. It takes works from their source, has them wait for what
// they need, and starts them. What is left to do for a host whose slots are all taken is parked as
// a cursor, so a host with 65,535 ports costs one parked cursor, and a full car park stops the
// pulling. So do full lines for what is scarce; but there is a line for each such thing, and who
// waits in one holds up nobody who needs another. The job stands aside after each batch, so that
// what was started gets under way while the next batch is made ready.
#pragma once

#include "engine/scheduler.hpp"

namespace muster {

template <class Client>
job scheduler<Client>::start_works(job_scope&, scheduler& self) {
  std::size_t batch = 0;
  while (!self.stopping()) {
    std::optional<work> next = self.next_work();
    if (!next) {
      if (self.stopping() || self.drained()) break;
      co_await self.sleep();
      continue;
    }
    if (++batch == self.limits_.batch_max) {
      batch = 0;
      co_await asio::post(self.context_, resume);
    }
    const std::uint64_t host = self.client_.host_of(*next);
    const std::uint64_t group = self.client_.group_of(*next);
    if (!self.client_.admits(*next)) {
      self.free_slots(host, group);
      continue;
    }
    self.next_up_ = &*next;
    while (self.limits_.rate > 0 && !self.stopping()) {
      const auto now = self.time_.now();
      if (self.bucket_.take(now)) break;
      co_await self.rate_wait_.until(self.bucket_.next(now) + self.limits_.rate_quantum);
    }
    std::optional<semaphore_permit> permit = self.permits_.try_acquire();
    if (!permit) {
      auto [error, granted] = co_await self.permits_.async_acquire(resume);
      permit.emplace(std::move(granted));
    }
    self.next_up_ = nullptr;
    if (self.stopping()) {
      self.client_.end_unstarted(std::move(*next), self.stop_reason());
      self.free_slots(host, group);
      break;
    }
    self.enter();
    self.client_.start(std::move(*next), std::move(*permit));
  }
  if (self.stopping()) self.settle_unstarted();
  self.end_starting();
}

// ---- What to start next

// Those that waited for something scarce come first.
template <class Client>
auto scheduler<Client>::next_work() -> std::optional<work> {
  if (held()) return std::nullopt;
  for (std::size_t put_in_line = 0; provided_.empty(); ++put_in_line) {
    if (in_lines() > 0 && in_lines() >= limits_.lines_max) return std::nullopt;
    if (put_in_line == limits_.batch_max) {
      go_on_soon();
      return std::nullopt;
    }
    std::optional<work> next = take_work();
    if (!next || provide(*next)) return next;
  }
  std::optional<work> first = std::move(provided_.front());
  provided_.pop_front();
  return first;
}

// What waited for its group comes first, then the rest of the current cursor, then those whose host
// has become free, then new ones.
template <class Client>
auto scheduler<Client>::take_work() -> std::optional<work> {
  if (auto ready = groups_.take_ready()) return std::move(ready->second);
  for (;;) {
    std::optional<work> next;
    if (current_) {
      auto [host, rest] = std::move(*std::exchange(current_, std::nullopt));
      next = take_from(std::move(rest), host);
    } else if (auto ready = hosts_.take_ready()) {
      next = take_from(std::move(ready->second), ready->first);
    } else {
      next = pull_work();
    }
    if (!next || enter_group(*next)) return next;
  }
}

template <class Client>
auto scheduler<Client>::pull_work() -> std::optional<work> {
  while (!exhausted_ && may_pull()) {
    cursor pulled;
    switch (client_.pull(pulled)) {
      case source_answer::works: {
        const std::uint64_t host = client_.host_of(pulled);
        if (hosts_.try_enter(host)) return take_from(std::move(pulled), host);
        hosts_.park(host, std::move(pulled));
        parked_peak_ = std::max(parked_peak_, parked());
        break;
      }
      case source_answer::passed_over:
        break;
      case source_answer::wait:
        return std::nullopt;
      case source_answer::pause:
        go_on_soon();
        return std::nullopt;
      case source_answer::end:
        exhausted_ = true;
        break;
    }
  }
  pull_held_ = !exhausted_;
  return std::nullopt;
}

template <class Client>
auto scheduler<Client>::take_from(cursor&& from, std::uint64_t host) -> work {
  work next = client_.take(from);
  if (client_.has_more(from)) {
    if (hosts_.try_enter(host)) {
      current_.emplace(host, std::move(from));
    } else {
      hosts_.park(host, std::move(from));
    }
  }
  return next;
}

/// False when it is parked, as its group is full.
template <class Client>
bool scheduler<Client>::enter_group(work& candidate) {
  const std::uint64_t group = client_.group_of(candidate);
  if (group == 0 || groups_.try_enter(group)) return true;
  groups_.park(group, std::move(candidate));
  parked_peak_ = std::max(parked_peak_, parked());
  return false;
}

/// Gives a work the scarce thing that it needs. False when it is in the line for it.
template <class Client>
bool scheduler<Client>::provide(work& candidate) {
  const std::size_t needed = client_.scarce_for(candidate);
  if (needed == no_need) return true;
  line& scarce = lines_[needed];
  if (scarce.works.empty()) {
    if (auto permit = scarce.permits->try_acquire()) {
      client_.give(candidate, std::move(*permit));
      return true;
    }
  }
  ++scarce.waits;
  scarce.works.push_back(std::move(candidate));
  if (!scarce.is_awaited) await_scarce(scope_, *this, scarce);
  return false;
}

template <class Client>
job scheduler<Client>::await_scarce(job_scope&, scheduler& self, line& scarce) {
  scarce.is_awaited = true;
  while (!scarce.works.empty()) {
    auto [error, permit] = co_await scarce.permits->async_acquire(resume);
    if (scarce.works.empty()) break;  // it was stopped
    work& first = self.provided_.emplace_back(std::move(scarce.works.front()));
    scarce.works.pop_front();
    self.client_.give(first, std::move(permit));
    self.wake();
  }
  scarce.is_awaited = false;
}

template <class Client>
std::size_t scheduler<Client>::in_lines() const {
  std::size_t sum = 0;
  for (const line& scarce : lines_)
    sum += scarce.works.size();
  return sum;
}

template <class Client>
bool scheduler<Client>::drained() const {
  if (!exhausted_ || current_ || !provided_.empty() || in_lines() > 0) return false;
  if (parked() + hosts_.ready() + groups_.ready() > 0) return false;
  return in_flight() == 0 ? delayed() == 0 : !client_.may_come_back();
}

// ---- Ends

template <class Client>
void scheduler<Client>::free_slots(std::uint64_t host, std::uint64_t group) {
  if (group != 0) groups_.leave(group);
  hosts_.leave(host);
}

template <class Client>
void scheduler<Client>::on_end(std::uint64_t host, std::uint64_t group) {
  free_slots(host, group);
  // The job may be waiting for a slot of this very host, for room, or for the last of all works.
  if (hosts_.ready() > 0 || groups_.ready() > 0 || pull_held_ || in_flight() == 0) {
    pull_held_ = false;
    wake();
  }
  look_for_end();
}

template <class Client>
void scheduler<Client>::release_due() {
  const auto now = time_.now();
  while (auto again = delayed_.take_due(now))
    add(std::move(*again));
  set_delay_alarm();
  wake();
}

template <class Client>
bool scheduler<Client>::stop(reason why) {
  if (!stop_starting(why)) return false;
  delay_alarm_->clear();
  rate_wait_.wake();
  return true;
}

template <class Client>
void scheduler<Client>::settle_unstarted() {
  const auto take_back = [this](work&& waiting, std::uint64_t group) {
    const std::uint64_t host = client_.host_of(waiting);
    client_.take_back(std::move(waiting));
    free_slots(host, group);
  };
  const auto take_all_back = [&](std::deque<work>& waiting) {
    for (work& one : std::exchange(waiting, {})) {
      const std::uint64_t group = client_.group_of(one);
      take_back(std::move(one), group);
    }
  };
  take_all_back(provided_);
  for (line& scarce : lines_)
    take_all_back(scarce.works);
  // These hold no slot of their group yet, or have it taken back by `drain`.
  groups_.drain([&](std::uint64_t, work&& waiting) { take_back(std::move(waiting), 0); });
  if (current_) {
    hosts_.leave(current_->first);
    client_.settle(std::move(current_->second));
    current_.reset();
  }
  hosts_.drain([this](std::uint64_t, cursor&& rest) { client_.settle(std::move(rest)); });
  while (auto again = delayed_.take_due(timeline::time_point::max()))
    client_.settle(std::move(*again));
}

}  // namespace muster
