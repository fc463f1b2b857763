#include "muster/outcome_counts.hpp"

#include <numeric>

namespace muster {

std::uint64_t outcome_counts::of(status value) const {
  const auto& reasons = counts_[index_of(value)];
  return std::accumulate(reasons.begin(), reasons.end(), std::uint64_t{0});
}

std::uint64_t outcome_counts::total() const {
  std::uint64_t sum = 0;
  for (const status value : all_statuses)
    sum += of(value);
  return sum;
}

}  // namespace muster
