#pragma once

#include "muster/status.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace muster {

/// How far each target is that has later stages: knows those only that are not through.
class stage_book {
 public:
  /// A stage of one target.
  struct progress {
    std::uint64_t left = 0;   ///< Its probes of which it is not known what becomes of them.
    bool is_decided = false;  ///< What becomes of those of the next stage that wait for the host.
    /// Why its probes did not find the host, silence before all else; none if none was asked.
    reason failure = reason::none;
  };

  void open(std::uint64_t target, std::vector<progress> stages) {
    targets_.insert_or_assign(target, std::move(stages));
  }
  bool knows(std::uint64_t target) const { return targets_.contains(target); }
  /// Of one that it knows.
  progress& of(std::uint64_t target, std::size_t stage) { return targets_.at(target)[stage]; }
  /// Forgets the target if it is through.
  void close(std::uint64_t target) {
    const auto known = targets_.find(target);
    if (known == targets_.end()) return;
    if (std::ranges::all_of(known->second, [](const progress& one) { return one.left == 0; })) {
      targets_.erase(known);
    }
  }
  std::size_t size() const { return targets_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::vector<progress>> targets_;
};

}  // namespace muster
