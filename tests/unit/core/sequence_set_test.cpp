#include "muster/sequence_set.hpp"

#include "support/catch.hpp"

#include <limits>
#include <random>
#include <set>

using muster::sequence_set;

TEST_CASE("numbers that touch make up one interval, in whatever order they come") {
  sequence_set set;
  for (const std::uint64_t value : {5u, 3u, 4u, 9u, 0u, 1u, 2u, 4u})
    set.add(value);
  CHECK(set.size() == 7);
  CHECK(set.intervals() == std::map<std::uint64_t, std::uint64_t>{{0, 6}, {9, 10}});
  CHECK(set.next_missing(0) == 6);
  CHECK(set.next_missing(7) == 7);
  CHECK(set.next_missing(9) == 10);
  CHECK(set.count(0, 100) == 7);
  CHECK(set.count(5, 9) == 1);
  CHECK(set.count(6, 9) == 0);
}

TEST_CASE("intervals swallow those that they cover, and an empty one adds nothing") {
  sequence_set set;
  set.add(10, 20);
  set.add(30, 40);
  set.add(50, 60);
  set.add(15, 55);
  set.add(7, 7);
  set.add(9, 8);
  CHECK(set.intervals() == std::map<std::uint64_t, std::uint64_t>{{10, 60}});
  CHECK(set.size() == 50);
  CHECK_FALSE(set.contains(9));
  CHECK(set.contains(10));
  CHECK_FALSE(set.contains(60));
}

TEST_CASE("a set of intervals knows what a plain set knows") {
  std::mt19937 chance{7};
  sequence_set set;
  std::set<std::uint64_t> plain;
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t begin = chance() % 1'000;
    const std::uint64_t end = begin + chance() % 4;
    set.add(begin, end);
    for (std::uint64_t value = begin; value < end; ++value)
      plain.insert(value);
    const std::uint64_t from = chance() % 1'000;
    std::uint64_t missing = from;
    while (plain.contains(missing))
      ++missing;
    REQUIRE(set.size() == plain.size());
    REQUIRE(set.next_missing(from) == missing);
    const std::uint64_t to = from + chance() % 100;
    REQUIRE(set.count(from, to) == static_cast<std::uint64_t>(std::distance(
                                       plain.lower_bound(from), plain.lower_bound(to))));
  }
}

TEST_CASE("the largest numbers have their place") {
  constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  sequence_set set;
  set.add(last - 2, last);
  CHECK(set.contains(last - 1));
  CHECK_FALSE(set.contains(last));
  CHECK(set.count(0, last) == 2);
}
