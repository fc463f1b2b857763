#pragma once

#include "net/probe_deadline.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace muster {

/// When each target's time for all its probes began. Knows those targets only that have been begun
/// and are not done.
class target_clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit target_clock(std::chrono::nanoseconds length) : length_{length} {}

  /// So many probes of the target will be reported.
  void open(std::uint64_t target, std::uint64_t probes) { targets_[target].left = probes; }
  /// A probe of an open target starts: its first start is when the target's time begins.
  time_point start(std::uint64_t target, time_point now) {
    auto& started = targets_[target].started;
    if (!started) started = now;
    return *started;
  }
  /// The target's time; nothing before its first probe has started.
  std::optional<time_limit> limit_of(std::uint64_t target) const {
    const auto known = targets_.find(target);
    if (known == targets_.end() || !known->second.started) return {};
    return time_limit{*known->second.started, length_};
  }
  /// So many probes of the target have been reported, or won't be: after the last one it is
  /// forgotten.
  void reported(std::uint64_t target, std::uint64_t probes = 1) {
    const auto known = targets_.find(target);
    if (known != targets_.end() && (known->second.left -= probes) == 0) targets_.erase(known);
  }
  std::chrono::nanoseconds length() const { return length_; }
  std::size_t size() const { return targets_.size(); }

 private:
  struct entry {
    std::uint64_t left = 0;
    std::optional<time_point> started;
  };

  std::chrono::nanoseconds length_;
  std::unordered_map<std::uint64_t, entry> targets_;
};

}  // namespace muster
