#include "net/lived_time.hpp"

#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {

constexpr lived_time::time_point start{1000h};

}  // namespace

TEST_CASE("without a standstill, lived time is real time") {
  const lived_time time;
  CHECK(time.lived(start) == start);
  CHECK(time.real(start) == start);
  CHECK(time.lost() == 0s);
}

TEST_CASE("what was before a standstill stays, and what comes after it is that much younger") {
  lived_time time;
  time.stood_still(start + 10s, 4s + 1ns);  // from 6 s on
  time.stood_still(start + 20s, 5s + 1ns);  // from 15 s on
  CHECK(time.lost() == 9s);
  const auto check = [&](std::chrono::seconds real, std::chrono::seconds lived) {
    CAPTURE(real.count());
    CHECK(time.lived(start + real) == start + lived);
    CHECK(time.real(start + lived) == start + real);
  };
  check(0s, 0s);
  check(5s, 5s);
  check(10s, 6s);
  check(11s, 7s);
  check(14s, 10s);
  check(20s, 11s);
  check(21s, 12s);
  // Within a standstill is its beginning.
  CHECK(time.lived(start + 8s) == start + 6s - 1ns);
  CHECK(time.real(start + 6s - 1ns) == start + 6s - 1ns);
  CHECK(time.lived(start + 17s) == start + 11s - 1ns);
}

TEST_CASE("so many standstills are remembered, and the sum of all") {
  lived_time time;
  for (std::size_t i = 1; i <= 2 * lived_time::standstills_max; ++i)
    time.stood_still(start + i * 1s, 100ms + 1ns);
  CHECK(time.lost() == 2 * lived_time::standstills_max * 100ms);
  const auto now = start + 2 * lived_time::standstills_max * 1s;
  CHECK(time.lived(now) == now - time.lost());
  CHECK(time.real(time.lived(now + 1s)) == now + 1s);
}
