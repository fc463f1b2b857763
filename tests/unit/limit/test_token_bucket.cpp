#include "muster/token_bucket.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <tuple>

using namespace std::chrono_literals;
using muster::token_bucket;
using time_point = token_bucket::time_point;
using std::chrono::nanoseconds;

namespace {

// An uptime that is no round number.
constexpr time_point epoch{nanoseconds{1'234'567'890'123'457}};

/// How many are taken from `start` to `end` by someone who asks again exactly when told to.
std::uint64_t count_when_told(token_bucket& bucket, time_point start, time_point end) {
  std::uint64_t taken = 0;
  for (time_point now = bucket.next(start); now < end; now = bucket.next(now)) {
    if (!bucket.take(now)) return 0;  // `next` lied.
    ++taken;
  }
  return taken;
}

std::uint64_t take_all(token_bucket& bucket, time_point now) {
  std::uint64_t taken = 0;
  while (bucket.take(now))
    ++taken;
  return taken;
}

double distance(std::uint64_t count, double exact) {
  return std::abs(static_cast<double>(count) - exact);
}

}  // namespace

TEST_CASE("over an hour a bucket neither drifts up nor down") {
  const double rate = GENERATE(0.1, 1.0 / 3, 1.0, 3.0, 99.9, 1'000.0, 10'000.0);
  CAPTURE(rate);
  token_bucket bucket{rate};
  CHECK(distance(count_when_told(bucket, epoch, epoch + 1h), rate * 3600) <= 1);
}

TEST_CASE("ten million a second are exact, asked for one by one or in batches") {
  const double rate = GENERATE(1e7, 9'999'999.0, 7'654'321.0);
  CAPTURE(rate);
  token_bucket one_by_one{rate};
  CHECK(distance(count_when_told(one_by_one, epoch, epoch + 200ms), rate * 0.2) <= 1);

  token_bucket batches{rate};
  std::uint64_t taken = 0;
  for (nanoseconds at{0}; at < 200ms; at += 1ms)
    taken += take_all(batches, epoch + at);
  CHECK(distance(taken, rate * 0.199) <= 1);
}

TEST_CASE("a new bucket holds one token") {
  token_bucket bucket{10'000};
  CHECK(bucket.next(epoch) == epoch);
  CHECK(take_all(bucket, epoch) == 1);
  CHECK(bucket.next(epoch) == epoch + 100us);
  CHECK_FALSE(bucket.take(epoch + 100us - 1ns));
  CHECK(bucket.take(epoch + 100us));
}

TEST_CASE("while time stands still no more than the burst is given") {
  token_bucket bucket{10'000};
  CHECK(bucket.take(epoch));
  CHECK(take_all(bucket, epoch + 1s) == 100);
  for (int i = 0; i < 1000; ++i)
    CHECK_FALSE(bucket.take(epoch + 1s));
}

TEST_CASE("after a pause of an hour at most one burst follows") {
  token_bucket bucket{10'000};
  std::ignore = take_all(bucket, epoch);
  CHECK(take_all(bucket, epoch + 1h) == 100);
  CHECK(bucket.next(epoch + 1h) == epoch + 1h + 100us);

  token_bucket slow{2};
  std::ignore = take_all(slow, epoch);
  CHECK(take_all(slow, epoch + 1h) == 1);

  token_bucket fractional{12'345.6};
  std::ignore = take_all(fractional, epoch);
  CHECK(take_all(fractional, epoch + 1h) == 123);
}

TEST_CASE("a burst of nothing and one beyond the maximum are made sense of") {
  token_bucket smooth{1'000, 0ns};
  CHECK(smooth.take(epoch));
  CHECK(take_all(smooth, epoch + 1h) == 1);

  token_bucket negative{1'000, -5s};
  CHECK(negative.take(epoch));
  CHECK(take_all(negative, epoch + 1h) == 1);

  token_bucket endless{1, nanoseconds::max()};
  CHECK(endless.take(epoch));
  CHECK(take_all(endless, epoch + 1000h) == 3600);
}

TEST_CASE("in no window are there more than the rate and one burst") {
  const double rate = GENERATE(0.5, 50.0, 777.7, 10'000.0, 123'456.7);
  const nanoseconds burst = GENERATE(nanoseconds{0}, nanoseconds{10ms}, nanoseconds{150ms});
  CAPTURE(rate, burst.count());
  const double allowance = std::max(1.0, rate * static_cast<double>(burst.count()) / 1e9);
  std::mt19937_64 random{42};
  std::exponential_distribution<double> pause_seconds{rate * 1.5};
  token_bucket bucket{rate, burst};
  time_point now = epoch;
  // The worst window that ends now is found in one step: it began where the count was furthest
  // behind the rate.
  double count = 0;
  double furthest_behind = -1e300;
  double worst = 0;
  for (int i = 0; i < 400'000; ++i) {
    // Askers come in clusters; now and then there is a pause, long enough for several bursts.
    if (random() % 40'000 == 0)
      now += 2 * burst + nanoseconds{static_cast<std::int64_t>(9e9 / rate)};
    if (random() % 4 == 0)
      now += nanoseconds{static_cast<std::int64_t>(pause_seconds(random) * 4e9)};
    if (!bucket.take(now)) continue;
    const double due = rate * static_cast<double>((now - epoch).count()) / 1e9;
    furthest_behind = std::max(furthest_behind, due - count);
    count += 1;
    worst = std::max(worst, count - due + furthest_behind);
  }
  CHECK(worst <= allowance + 1e-3);
  CHECK(worst > allowance * 0.5 - 1);  // The burst is there to be used.
}

TEST_CASE("next is the first moment at which take succeeds") {
  std::mt19937_64 random{7};
  token_bucket bucket{3'333.3};
  time_point now = epoch;
  for (int i = 0; i < 10'000; ++i) {
    const time_point due = bucket.next(now);
    if (due > now) {
      token_bucket before = bucket;
      REQUIRE_FALSE(before.take(due - 1ns));
      now = due;
    }
    REQUIRE(bucket.take(now));
    now += nanoseconds{static_cast<std::int64_t>(random() % 1'000'000)};
  }
}

TEST_CASE("a rate of 0 or infinity is unlimited") {
  const double rate = GENERATE(0.0, std::numeric_limits<double>::infinity());
  token_bucket bucket{rate};
  CHECK(bucket.unlimited());
  CHECK(bucket.rate() == 0);
  for (int i = 0; i < 1'000'000; ++i)
    REQUIRE(bucket.take(epoch));
  CHECK(bucket.next(epoch) == epoch);
}

TEST_CASE("a rate that is negative or no number is refused") {
  CHECK_THROWS_AS(token_bucket{-1}, std::invalid_argument);
  CHECK_THROWS_AS(token_bucket{std::numeric_limits<double>::quiet_NaN()}, std::invalid_argument);
  token_bucket bucket{5};
  CHECK_THROWS_AS(bucket.set_rate(-1, epoch), std::invalid_argument);
  CHECK(bucket.rate() == 5);
}

TEST_CASE("the slowest and the fastest rates do not overflow") {
  token_bucket slowest{std::numeric_limits<double>::denorm_min()};
  CHECK(take_all(slowest, epoch) == 1);
  CHECK(slowest.next(epoch) > epoch + 24h * 365 * 30);
  CHECK_FALSE(slowest.take(epoch + 24h * 365 * 30));

  token_bucket fastest{1e9, 1us};
  CHECK(fastest.take(epoch));
  CHECK(take_all(fastest, epoch + 1s) == 1000);
}

TEST_CASE("a changed rate holds from then on") {
  token_bucket bucket{10'000};
  std::ignore = take_all(bucket, epoch);

  SECTION("faster cuts the wait agreed before") {
    bucket.set_rate(0.1, epoch);
    CHECK(bucket.next(epoch) == epoch + 100us);
    CHECK(bucket.take(epoch + 100us));
    CHECK(bucket.next(epoch + 1ms) == epoch + 100us + 10s);
    bucket.set_rate(1'000, epoch + 1ms);
    CHECK(bucket.next(epoch + 1ms) == epoch + 2ms);
  }
  SECTION("slower holds back more than one token") {
    bucket.set_rate(1, epoch + 1h);
    CHECK(take_all(bucket, epoch + 1h) == 1);
    CHECK(bucket.next(epoch + 1h) == epoch + 1h + 1s);
  }
  SECTION("from unlimited it starts with one token") {
    bucket.set_rate(0, epoch);
    CHECK(bucket.take(epoch));
    bucket.set_rate(10, epoch + 1s);
    CHECK(take_all(bucket, epoch + 1s) == 1);
    CHECK(bucket.next(epoch + 1s) == epoch + 1s + 100ms);
  }
}
