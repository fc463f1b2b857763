#include "muster/statistics.hpp"
#include "samples.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace muster;
using namespace std::chrono_literals;

TEST_CASE("an empty histogram is all zeros") {
  const latency_histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.min() == 0ns);
  CHECK(histogram.max() == 0ns);
  CHECK(histogram.mean() == 0ns);
  CHECK(histogram.quantile(0.5) == 0ns);
}

TEST_CASE("the quantiles of a single value are that value exactly") {
  for (const auto value : {0ns, 1ns, 31ns, 32ns, 33ns, 1'234'567ns, 1'099'511'627'775ns}) {
    latency_histogram histogram;
    histogram.add(value);
    for (const double fraction : {0.0, 0.5, 0.99, 1.0}) {
      CAPTURE(value.count(), fraction);
      CHECK(histogram.quantile(fraction) == value);
    }
    CHECK(histogram.mean() == value);
  }
}

TEST_CASE("a quantile is at most 1/32 above the true value and never below it") {
  // Every magnitude, with values just around each power of two and inside it.
  for (unsigned bit = 0; bit < 39; ++bit) {
    const std::int64_t power = std::int64_t{1} << bit;
    for (const std::int64_t value :
         {power - 1, power, power + 1, power + power / 3, 2 * power - 1}) {
      latency_histogram histogram;
      histogram.add(std::chrono::nanoseconds{value});
      // Two more, far above, so that clamping to the extremes does not hide the bucket's width.
      histogram.add(std::chrono::hours{5});
      histogram.add(std::chrono::hours{5});
      const std::int64_t seen = histogram.quantile(0.3).count();
      CAPTURE(value, seen);
      CHECK(seen >= value);
      CHECK(static_cast<double>(seen - value) <= static_cast<double>(value) / 32);
    }
  }
}

TEST_CASE("quantiles agree with a sorted list within 1/32") {
  latency_histogram histogram;
  std::vector<std::int64_t> values;
  std::uint64_t state = 12345;
  for (int i = 0; i < 10'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    values.push_back(static_cast<std::int64_t>(state >> 34));
    histogram.add(std::chrono::nanoseconds{values.back()});
  }
  std::ranges::sort(values);
  for (const int percent : {1, 25, 50, 95, 99, 100}) {
    const std::int64_t exact = values[static_cast<std::size_t>(percent) * 100 - 1];
    const std::int64_t seen = histogram.quantile(percent / 100.0).count();
    CAPTURE(percent, exact, seen);
    CHECK(seen >= exact);
    CHECK(static_cast<double>(seen - exact) <= static_cast<double>(exact) / 32);
  }
  CHECK(histogram.min().count() == values.front());
  CHECK(histogram.max().count() == values.back());
}

TEST_CASE("durations past the last bucket count as the maximum") {
  latency_histogram histogram;
  histogram.add(1ms);
  histogram.add(std::chrono::hours{3});
  histogram.add(std::chrono::nanoseconds::max());
  CHECK(histogram.quantile(1.0) == std::chrono::nanoseconds::max());
  CHECK(histogram.max() == std::chrono::nanoseconds::max());
}

TEST_CASE("a negative duration counts as 0") {
  latency_histogram histogram;
  histogram.add(-5ms);
  CHECK(histogram.count() == 1);
  CHECK(histogram.min() == 0ns);
  CHECK(histogram.max() == 0ns);
}

TEST_CASE("the sum of a histogram may pass 2^63 ns") {
  latency_histogram histogram;
  for (int i = 0; i < 4; ++i)
    histogram.add(std::chrono::nanoseconds{std::int64_t{1} << 62});
  CHECK(histogram.mean() == std::chrono::nanoseconds{std::int64_t{1} << 62});
}

TEST_CASE("statistics count every status, all packets, and the round trips of what answered") {
  statistics totals;
  totals.add(test::icmp_up());
  totals.add(test::icmp_with_loss());
  totals.add(test::icmp_unreachable());
  totals.add(test::tcp_refused());
  totals.add(test::http_up());
  CHECK(totals.total() == 5);
  CHECK(totals.of(status::up) == 3);
  CHECK(totals.of(status::unreachable) == 1);
  CHECK(totals.of(status::refused) == 1);
  CHECK(totals.of(status::timeout) == 0);
  CHECK(totals.packets_sent() == 7);
  CHECK(totals.packets_received() == 4);
  // The refusal took 310 µs, but it is not an answer.
  CHECK(totals.rtt().count() == 2);
  CHECK(totals.rtt().min() == 45us);
  CHECK(totals.rtt().max() == 1204us);
  CHECK(totals.of(probe_kind::icmp, status::up) == 2);
  CHECK(totals.of(probe_kind::tcp, status::refused) == 1);
  CHECK(totals.of(probe_kind::http, status::up) == 1);
  CHECK(totals.rtt(probe_kind::icmp).count() == 1);
  CHECK(totals.rtt(probe_kind::tcp).count() == 0);
  CHECK(totals.rtt(probe_kind::http).max() == 1204us);
}

TEST_CASE("an HTTP answer that was not expected counts in the round trips all the same") {
  statistics totals;
  probe_result result = test::http_up();
  result.status = status::mismatch;
  result.reason = reason::status_not_expected;
  totals.add(result);
  CHECK(totals.rtt(probe_kind::http).count() == 1);
}

TEST_CASE("of a probe of several packets each counts in the round trips, not their mean") {
  statistics totals;
  for (const auto rtt : {100us, 200us, 300us})
    totals.add_reply(probe_kind::icmp, rtt);
  totals.add(test::icmp_with_loss());
  CHECK(totals.rtt(probe_kind::icmp).count() == 3);
  CHECK(totals.rtt(probe_kind::icmp).max() == 300us);
}

TEST_CASE("two histograms are added up value by value") {
  latency_histogram one;
  one.add(1ms);
  latency_histogram other;
  other.add(10us);
  other.add(5ms);
  one += other;
  one += latency_histogram{};
  CHECK(one.count() == 3);
  CHECK(one.min() == 10us);
  CHECK(one.max() == 5ms);
  CHECK(one.mean() == 2003333ns);
  CHECK(one.count_up_to(2ms) == 2);
}

TEST_CASE("the answered packet of a probe that was cut short counts in the round trips") {
  statistics totals;
  probe_result result = test::icmp_with_loss();
  test::icmp_of(result).received = 1;
  result.status = status::cancelled;
  result.reason = reason::interrupted;
  totals.add(result);
  CHECK(totals.rtt().count() == 1);
  CHECK(totals.rtt().max() == 200us);
}
