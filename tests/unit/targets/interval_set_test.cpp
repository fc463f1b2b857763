#include "targets/interval_set.hpp"

#include "support/catch.hpp"
#include "unit/core/random_source.hpp"

#include <cstdint>
#include <optional>
#include <vector>

using muster::interval_set;
using muster::test::random_source;

namespace {

struct steps {
  static std::uint32_t next(std::uint32_t key) { return key + 1; }
  static std::uint32_t previous(std::uint32_t key) { return key - 1; }
};
using set = interval_set<std::uint32_t, steps>;

/// What a set of keys below 5000 has to say about one of them.
struct oracle {
  std::vector<bool> held = std::vector<bool>(5000);

  std::optional<std::uint32_t> end_from(std::uint32_t key, bool value) const {
    if (held[key] != value) return std::nullopt;
    while (key + 1 < held.size() && held[key + 1] == value)
      ++key;
    return key;
  }
  std::size_t intervals() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < held.size(); ++i)
      count += held[i] && (i == 0 || !held[i - 1]);
    return count;
  }
  bool any_after(std::uint32_t key) const {
    for (std::size_t i = key; i < held.size(); ++i) {
      if (held[i]) return true;
    }
    return false;
  }
};

void check_agrees(const set& intervals, const oracle& plain) {
  CHECK(intervals.size() == plain.intervals());
  for (std::uint32_t key = 0; key < plain.held.size(); ++key) {
    CHECK(intervals.covering_end(key) == plain.end_from(key, true));
    if (plain.held[key]) continue;
    const auto free = plain.any_after(key) ? plain.end_from(key, false) : std::nullopt;
    CHECK(intervals.free_end(key) == free);
  }
}

}  // namespace

TEST_CASE(
    "an interval set agrees with a plain one, with many single keys and with long intervals") {
  for (const std::uint32_t longest : {1U, 2U, 5U, 900U}) {
    random_source random{longest};
    set intervals;
    oracle plain;
    // Enough single keys for several chunks.
    for (int i = 0; i < (longest <= 2 ? 3000 : 200); ++i) {
      const std::uint32_t first = random.below(4990);
      const std::uint32_t last = std::min(first + random.below(longest), 4999U);
      intervals.insert(first, last);
      for (std::uint32_t key = first; key <= last; ++key)
        plain.held[key] = true;
      if (i % 500 == 99) check_agrees(intervals, plain);
    }
    check_agrees(intervals, plain);
  }
}

TEST_CASE("an interval swallows all that it covers, over many chunks") {
  set intervals;
  for (std::uint32_t key = 0; key < 100'000; key += 2)
    intervals.insert(key, key);
  CHECK(intervals.size() == 50'000);
  intervals.insert(1'001, 90'001);
  CHECK(intervals.covering_end(1'000) == 90'002U);
  CHECK(intervals.covering_end(998) == 998U);
  CHECK(intervals.covering_end(90'004) == 90'004U);
  CHECK(intervals.free_end(999) == 999U);
  CHECK(intervals.size() == 500 + 1 + 4'998);
  intervals.insert(0, 200'000);
  CHECK(intervals.size() == 1);
  CHECK(intervals.covering_end(7) == 200'000U);
}

TEST_CASE("intervals that touch become one, from either side, at the ends of the key space, too") {
  constexpr std::uint32_t top = 0xffff'ffff;
  set intervals;
  intervals.insert(top, top);
  intervals.insert(0, 0);
  CHECK(intervals.size() == 2);
  CHECK(intervals.covering_end(0) == 0U);
  intervals.insert(top - 1, top - 1);
  intervals.insert(1, 1);
  CHECK(intervals.size() == 2);
  CHECK(intervals.covering_end(0) == 1U);
  CHECK(intervals.covering_end(top - 1) == top);
  CHECK(intervals.free_end(2) == top - 2);
  intervals.insert(2, top - 2);
  CHECK(intervals.size() == 1);
  CHECK(intervals.covering_end(0) == top);
}

TEST_CASE("ascending and descending keys become one interval") {
  set up;
  set down;
  for (std::uint32_t key = 0; key < 10'000; ++key) {
    up.insert(key, key);
    down.insert(9'999 - key, 9'999 - key);
  }
  CHECK(up.size() == 1);
  CHECK(down.size() == 1);
  CHECK(up.covering_end(0) == 9'999U);
  CHECK(down.covering_end(0) == 9'999U);
}
