// Strategy: all waits before the same retry are of one length, so a queue for each of them is in
// order by itself, and the next one due is at the front of one of them. Tries are remembered by
// sequence number, for those probes only that have failed once.
#include "engine/retry_book.hpp"

#include "engine/retry_policy.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

probe_attempt attempt_of(const probe_result& result) {
  return {result.status, result.reason, result.rtt};
}

}  // namespace

retry_book::retry_book(unsigned retries, std::chrono::nanoseconds backoff)
    : retries_{retries}, backoff_{backoff}, queues_(retries) {}

std::optional<retry_book::time_point> retry_book::next_try(const probe_result& failed,
                                                           time_point now) const {
  if (!is_retried(failed.status, failed.reason)) return std::nullopt;
  const auto known = tries_.find(failed.sequence);
  const std::size_t tries = 1 + (known == tries_.end() ? 0 : known->second->size());
  if (tries > retries_) return std::nullopt;
  return now + wait_before(static_cast<unsigned>(tries), backoff_);
}

void retry_book::put_off(const probe_result& failed, probe_cursor probe, time_point due) {
  auto& tries = tries_[failed.sequence];
  if (!tries) tries = std::make_unique<std::vector<probe_attempt>>();
  tries->push_back(attempt_of(failed));
  queues_[tries->size() - 1].push_back({due, std::move(probe)});
  ++waiting_;
}

std::optional<retry_book::time_point> retry_book::next_due() const {
  std::optional<time_point> first;
  for (const auto& queue : queues_) {
    if (!queue.empty() && (!first || queue.front().due < *first)) first = queue.front().due;
  }
  return first;
}

std::optional<probe_cursor> retry_book::take_due(time_point now) {
  for (auto& queue : queues_) {
    if (queue.empty() || queue.front().due > now) continue;
    probe_cursor probe = std::move(queue.front().probe);
    queue.pop_front();
    --waiting_;
    return probe;
  }
  return std::nullopt;
}

void retry_book::conclude(probe_result& last, bool is_try) {
  const auto known = tries_.find(last.sequence);
  if (known == tries_.end()) return;
  last.attempts = std::move(known->second);
  tries_.erase(known);
  if (is_try) last.attempts->push_back(attempt_of(last));
}

}  // namespace muster
