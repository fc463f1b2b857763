#include "sink/rtt_histogram.hpp"

#include "sink/rtt_scale.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {

std::uint64_t sum_of(const std::vector<rtt_bar>& bars) {
  std::uint64_t sum = 0;
  for (const rtt_bar& bar : bars)
    sum += bar.count;
  return sum;
}

}  // namespace

TEST_CASE("each scale of round numbers ascends, and a number is its own upper bound") {
  for (const rtt_grain grain : {rtt_grain::decades, rtt_grain::one_two_five, rtt_grain::tenths}) {
    for (unsigned i = 0; i < rtt_scale_size(grain); ++i) {
      const auto bound = rtt_scale_bound(grain, i);
      CHECK(rtt_scale_index(grain, bound) == i);
      if (i == 0) continue;
      CHECK(rtt_scale_bound(grain, i - 1) < bound);
      CHECK(rtt_scale_index(grain, rtt_scale_bound(grain, i - 1) + 1ns) == i);
    }
    CHECK(rtt_scale_bound(grain, 0) == 1us);
    CHECK(rtt_scale_bound(grain, rtt_scale_size(grain) - 1) == 1000s);
    CHECK(rtt_scale_index(grain, 0ns) == 0);
    CHECK(rtt_scale_index(grain, 48h) == rtt_scale_size(grain) - 1);
  }
}

TEST_CASE("round numbers are written without needless digits") {
  CHECK(rtt_scale_text(0ns) == "0");
  CHECK(rtt_scale_text(1250ns) == "0.00125");
  CHECK(rtt_scale_text(200us) == "0.2");
  CHECK(rtt_scale_text(1000s) == "1000000");
}

TEST_CASE("every value is in one bar, whatever the scale it takes") {
  for (const auto longest : {400us, 20'000us, 2'000'000us, 900'000'000us}) {
    latency_histogram values;
    for (auto value = 300us; value <= longest; value += value / 7)
      values.add(value);
    values.add(longest);
    for (const std::size_t bars_max : {std::size_t{10}, histogram_bars_max, std::size_t{40}}) {
      const auto bars = rtt_bars(values, bars_max);
      CAPTURE(longest.count(), bars_max);
      CHECK(bars.size() <= bars_max);
      CHECK(sum_of(bars) == values.count());
      CHECK(bars.front().count > 0);
      CHECK(bars.back().count > 0);
      for (std::size_t i = 1; i < bars.size(); ++i)
        CHECK(bars[i].from == bars[i - 1].to);
    }
  }
}

TEST_CASE("a few values get the finest scale") {
  latency_histogram values;
  values.add(300us);
  values.add(450us);
  values.add(455us);
  CHECK(rtt_bars(values, 18) ==
        std::vector<rtt_bar>{{250us, 320us, 1}, {320us, 400us, 0}, {400us, 500us, 2}});
}

TEST_CASE("what is longer than all numbers is in the last bar") {
  latency_histogram values;
  values.add(48h);
  const auto bars = rtt_bars(values, 18);
  REQUIRE(bars.size() == 1);
  CHECK(bars[0].count == 1);
}

TEST_CASE("the histogram as people see it, in Unicode and without") {
  latency_histogram values;
  CHECK(render_histogram(values, {}).empty());
  for (int i = 0; i < 40; ++i)
    values.add(300us);
  for (int i = 0; i < 9; ++i)
    values.add(450us);
  values.add(600us);
  histogram_style style;
  style.columns = 60;
  CHECK(render_histogram(values, style) ==
        "rtt distribution\n"
        "0.25 - 0.32 ms  40   80.0%  ###############################\n"
        "0.32 -  0.4 ms   0\n"
        " 0.4 -  0.5 ms   9   18.0%  #######\n"
        " 0.5 - 0.63 ms   1    2.0%  #\n");
  style.unicode = true;
  CHECK(render_histogram(values, style) ==
        "rtt distribution\n"
        "0.25 – 0.32 ms  40   80.0%  ███████████████████████████████\n"
        "0.32 –  0.4 ms   0\n"
        " 0.4 –  0.5 ms   9   18.0%  ███████\n"
        " 0.5 – 0.63 ms   1    2.0%  ▊\n");
}

TEST_CASE("a histogram has a bar on the narrowest terminal, and colours only if asked to") {
  latency_histogram values;
  values.add(300us);
  histogram_style style;
  style.columns = 1;
  CHECK_THAT(render_histogram(values, style), Catch::Matchers::ContainsSubstring("##########\n"));
  style.colour = true;
  CHECK_THAT(render_histogram(values, style),
             Catch::Matchers::ContainsSubstring("\x1b[32m##########\x1b[0m\n"));
}

TEST_CASE("count_up_to never passes a bound and counts all in the end") {
  latency_histogram values;
  for (int i = 1; i <= 1000; ++i)
    values.add(std::chrono::microseconds{i});
  CHECK(values.count_up_to(-1ns) == 0);
  CHECK(values.count_up_to(999ns) == 0);
  CHECK(values.count_up_to(1000us) == 1000);
  const std::uint64_t half = values.count_up_to(500us);
  CHECK(half <= 500);
  CHECK(half >= 500 - 500 / 32 - 1);
}
