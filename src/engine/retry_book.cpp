// Strategy: tries are remembered by sequence number, for those probes only that have failed once.
#include "engine/retry_book.hpp"

#include "engine/retry_policy.hpp"

#include <utility>

namespace muster {
namespace {

probe_attempt attempt_of(const probe_result& result) {
  return {result.status, result.reason, result.rtt};
}

}  // namespace

std::optional<std::chrono::nanoseconds> retry_book::next_wait(const probe_result& failed) const {
  if (!is_retried(failed.status, failed.reason)) return std::nullopt;
  const auto known = tries_.find(failed.sequence);
  const std::size_t tries = 1 + (known == tries_.end() ? 0 : known->second->size());
  if (tries > retries_) return std::nullopt;
  return wait_before(static_cast<unsigned>(tries), backoff_);
}

std::size_t retry_book::remember(const probe_result& failed) {
  auto& tries = tries_[failed.sequence];
  if (!tries) tries = std::make_unique<std::vector<probe_attempt>>();
  tries->push_back(attempt_of(failed));
  return tries->size();
}

void retry_book::conclude(probe_result& last, bool is_try) {
  const auto known = tries_.find(last.sequence);
  if (known == tries_.end()) return;
  last.attempts = std::move(known->second);
  tries_.erase(known);
  if (is_try) last.attempts->push_back(attempt_of(last));
}

}  // namespace muster
