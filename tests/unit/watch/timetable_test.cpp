#include "watch/timetable.hpp"

#include "support/catch.hpp"

#include <map>
#include <vector>

using namespace muster;
using namespace std::chrono_literals;

namespace {

using time_point = timetable::time_point;

/// Long after the clock's start, at no round time of the wall clock.
constexpr time_point start = time_point{} + 100h;
constexpr timetable::duration wall = 1'700'000'000s + 123'456'789ns;

/// What is due up to `until`, taken every `step`, as times since the start.
std::vector<std::chrono::nanoseconds> taken(timetable& times, timetable::duration until,
                                            timetable::duration step = 1ms) {
  std::vector<std::chrono::nanoseconds> all;
  for (timetable::duration at{0}; at <= until; at += step) {
    while (const auto due = times.take(start + at))
      all.push_back(due->at - start);
  }
  return all;
}

}  // namespace

TEST_CASE("an entry is due once in each of its intervals, at its phase of the wall clock") {
  timetable times{start, wall};
  times.add(0, 10s, 3'000'000'000, start);
  REQUIRE(times.next());
  const auto first = *times.next();
  CHECK((wall + (first - start)) % 10s == 3s);
  CHECK(taken(times, 35s) ==
        std::vector<std::chrono::nanoseconds>{first - start, first - start + 10s,
                                              first - start + 20s, first - start + 30s});
  CHECK(times.missed(0) == 0);
}

TEST_CASE("after a restart an entry is due when it would have been") {
  timetable before{start, wall};
  before.add(0, 60s, 41'000'000'123, start);
  const auto planned = *before.next();
  // The clock that counts from a start begins anew, the wall clock goes on.
  const time_point later_start = time_point{} + 5s;
  timetable after{later_start, wall + 7s};
  after.add(9, 60s, 41'000'000'123, later_start);
  CHECK(*after.next() - later_start + 7s == planned - start);
}

TEST_CASE("entries of many phases are spread over their interval") {
  timetable times{start, wall};
  for (timetable::entry i = 0; i < 10'000; ++i)
    times.add(i, 10s, i * 0x9e37'79b9'7f4a'7c15, start);
  std::map<std::int64_t, std::size_t> per_second;
  for (const auto at : taken(times, 20s))
    ++per_second[at / 1s];
  for (std::int64_t second = 0; second < 20; ++second) {
    CHECK(per_second[second] > 900);
    CHECK(per_second[second] < 1100);
  }
}

TEST_CASE(
    "what was due while nobody looked is passed over and counted, and comes at its next time") {
  timetable times{start, wall};
  for (timetable::entry i = 0; i < 1000; ++i)
    times.add(i, 10s, i * 10'000'000, start);
  taken(times, 10s);
  // The machine sleeps for an hour.
  const auto awake = start + 1h;
  std::size_t at_once = 0;
  while (times.take(awake))
    ++at_once;
  // A quarter of an interval is late, and no more than what was due in that time comes.
  CHECK(at_once <= 251);
  CHECK(times.missed(500) >= 358);
  CHECK(times.missed(500) <= 360);
  REQUIRE(times.next());
  CHECK(*times.next() > awake);
  CHECK(*times.next() <= awake + 10ms);
}

TEST_CASE("an entry is late only after a quarter of its interval, or a second") {
  timetable times{start, wall};
  times.add(0, 1h, 0, start);
  const auto first = *times.next();
  CHECK(times.take(first + 14min).has_value());
  CHECK_FALSE(times.take(first + 1h + 16min).has_value());
  CHECK(times.missed(0) == 1);
  times.add(1, 100ms, 0, start);
  const auto quick = *times.next();
  const auto due = times.take(quick + 950ms);
  REQUIRE(due);
  CHECK(times.missed(1) == 9);
}

TEST_CASE("an entry in doubt is due sooner, once") {
  timetable times{start, wall};
  times.add(0, 60s, 0, start);
  const auto first = *times.next();
  REQUIRE(times.take(first));
  times.hasten(0, first + 5s, first);
  CHECK(*times.next() == first + 5s);
  REQUIRE(times.take(first + 5s));
  CHECK(*times.next() == first + 60s);
  CHECK(times.missed(0) == 0);
  // Later than it comes by itself is no hurry.
  times.hasten(0, first + 61s, first + 5s);
  CHECK(*times.next() == first + 60s);
}

TEST_CASE("an entry that was removed is due no more, and one with a new interval by that") {
  timetable times{start, wall};
  times.add(0, 10s, 0, start);
  times.add(1, 10s, 1'000'000'000, start);
  CHECK(times.size() == 2);
  times.remove(0);
  CHECK(times.size() == 1);
  for (const auto at : taken(times, 30s))
    CHECK((wall + at) % 10s == 1s);
  times.remove(1);
  CHECK_FALSE(times.next());
  CHECK_FALSE(times.take(start + 1h));
  times.add(0, 2s, 0, start + 30s);
  REQUIRE(times.next());
  CHECK(*times.next() <= start + 32s);
}
