// Further tries of a sweep, on made-up networks with a clock that the test moves.
#include "recorded_sweep.hpp"

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("a silent target is tried as often as asked, with doubling waits between") {
  sweep_options options = plain_options();
  options.retries = 3;
  options.backoff = 100ms;
  recorded_sweep here{1, silence(), options, {"10.0.0.1"}};
  const sweep_summary& sum = here.run();
  REQUIRE(here.results.size() == 1);
  CHECK(here.results[0].status == status::timeout);
  CHECK(here.results[0].attempts == 4);
  CHECK(sum.totals.packets_sent() == 4);
  const auto& sent = here.network.sends();
  REQUIRE(sent.size() == 4);
  const std::chrono::nanoseconds waits[] = {1100ms, 1200ms, 1400ms};
  for (int i = 0; i < 3; ++i) {
    const auto apart = sent[static_cast<std::size_t>(i) + 1] - sent[static_cast<std::size_t>(i)];
    CHECK(apart >= waits[i]);
    CHECK(apart <= waits[i] + 5ms);
  }
}

TEST_CASE("a probe that waits for another try holds no permit and no slot of its host") {
  sweep_options options = plain_options();
  options.retries = 1;
  options.backoff = 30s;
  options.probe.in_flight_max = 1;
  options.per_host_max = 1;
  const char* second = GENERATE("10.0.0.1", "10.0.0.2");
  recorded_sweep here{1, silence(), options, {"10.0.0.1", second}};
  // 1 s each, one after the other; 31 s after its start the first comes again, then the second.
  const sweep_summary& sum = here.run();
  CHECK(sum.elapsed >= 33s);
  CHECK(sum.elapsed <= 33s + 20ms);
  CHECK(sum.in_flight_peak == 1);
  CHECK(here.results.size() == 2);
}

TEST_CASE("a run is not over while a probe waits for another try, and takes no CPU for it") {
  sweep_options options = plain_options();
  options.retries = 1;
  options.backoff = 60s;
  recorded_sweep here{1, silence(), options, {"10.0.0.0/24"}};
  int steps = 0;
  while (here.step())
    ++steps;
  REQUIRE(here.summary);
  here.check_accounts();
  CHECK(here.results.size() == 254);
  CHECK(here.summary->elapsed >= 61s);
  CHECK(steps < 5'000);
}

TEST_CASE("another try takes a token as the first one did") {
  sweep_options options = plain_options();
  options.retries = 1;
  options.backoff = 0ms;
  options.rate = 10;
  recorded_sweep here{1, silence(), options, {"10.0.0.1-10.0.0.20"}};
  CHECK(here.run().elapsed >= 3900ms);  // 40 starts, ten a second
  CHECK(here.network.sends().size() == 40);
}

TEST_CASE("whatever the network does, retries make one outcome of each probe") {
  std::size_t later_ups = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    sweep_options options = plain_options();
    options.retries = 2;
    options.backoff = 50ms;
    options.ordered = seed % 2 == 0;
    recorded_sweep here{seed, half_lost(), options, some_targets};
    here.run();
    here.check_accounts();
    CHECK(here.results.size() == 33);
    if (options.ordered) CHECK(here.in_order());
    for (const recorded_result& one : here.results) {
      if (one.status == status::timeout) CHECK(one.attempts == 3);
      if (one.status == status::up && one.attempts > 1) ++later_ups;
    }
  }
  CHECK(later_ups > 1'000);
}
