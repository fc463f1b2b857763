#include "core/nearest_word.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace muster {
namespace {

/// How many letters have to be added, dropped, changed or swapped with the next one, none of them
/// twice (Damerau's distance).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::vector<std::size_t> next(b.size() + 1, i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = row[j] + (a[i] == b[j] ? 0 : 1);
      next[j + 1] = std::min({next[j] + 1, row[j + 1] + 1, change});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) next[j + 1] = std::min(next[j + 1], before[j - 1] + 1);
    }
    before = std::move(row);
    row = std::move(next);
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view wrong, const std::vector<std::string>& names) {
  std::string best;
  // Who stops in the middle of a name means that one.
  for (const std::string& name : names) {
    const bool goes_on = wrong.size() > 3 && name.starts_with(wrong);
    if (goes_on && (best.empty() || name.size() < best.size())) best = name;
  }
  if (!best.empty()) return best;
  std::size_t best_distance = std::max<std::size_t>(wrong.size() / 3, 1) + 1;
  for (const std::string& name : names) {
    const std::size_t far = distance(wrong, name);
    if (far < best_distance) {
      best_distance = far;
      best = name;
    }
  }
  return best;
}

}  // namespace muster
