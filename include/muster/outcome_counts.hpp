#pragma once

#include "muster/status.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace muster {

/// How many results ended in which way.
class outcome_counts {
 public:
  void add(status value, reason why) { ++counts_[index_of(value)][static_cast<std::size_t>(why)]; }
  std::uint64_t total() const;
  std::uint64_t of(status value) const;
  std::uint64_t of(status value, reason why) const {
    return counts_[index_of(value)][static_cast<std::size_t>(why)];
  }

 private:
  static std::size_t index_of(status value) { return static_cast<std::size_t>(value); }

  std::array<std::array<std::uint64_t, reason_count>, status_count> counts_{};
};

}  // namespace muster
