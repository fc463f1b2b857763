// Early ends of a sweep, and going on after an earlier run, on made-up networks.
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "recorded_sweep.hpp"

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("a sweep stops as soon as enough targets are up, and counts targets, not probes") {
  network_weather weather;
  weather.delay_min = weather.delay_max = 10ms;
  sweep_options options = plain_options();
  options.min_up = 12;
  recorded_sweep here{1, weather, options, {"10.0.0.0/24"}};
  const sweep_summary& sum = here.run();
  here.check_accounts();
  CHECK(sum.targets_up == 12);
  CHECK(sum.stop_reason == reason::enough_up);
  CHECK(here.count(status::up, reason::none) == 12);
  CHECK(here.count(status::cancelled, reason::enough_up) >= 7);
  CHECK(here.results.size() <= 21);
  CHECK(sum.hosts_not_started == 254 - here.results.size());
}

TEST_CASE("targets that were up in an earlier run count towards enough") {
  network_weather weather;
  sweep_options options = plain_options();
  options.min_up = 3;
  options.before.done.add(0, 4);
  options.before.up_targets.add(1, 3);
  recorded_sweep here{1, weather, options, {"10.0.0.1-10.0.0.100"}};
  const sweep_summary& sum = here.run();
  here.check_accounts();
  CHECK(sum.targets_up == 3);
  CHECK(here.count(status::up, reason::none) == 1);
}

TEST_CASE("after an earlier run only what it has not done is probed") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    sweep_options options = mixed_options(seed);
    options.min_up = 0;
    options.before.done.add(0, chance() % 20);
    for (int i = 0; i < 10; ++i)
      options.before.done.add(chance() % 33);
    const sequence_set done = options.before.done;
    recorded_sweep here{seed, half_lost(), options, some_targets};
    here.run();
    here.check_accounts();
    CHECK(here.results.size() == 33 - done.size());
    for (const recorded_result& one : here.results)
      CHECK_FALSE(done.contains(one.sequence));
    if (options.ordered) CHECK(here.in_order());
  }
}

TEST_CASE("of a target that is half done, the other half is probed") {
  sweep_options options = plain_options();
  options.plan.of<icmp_spec>().is_asked = true;
  options.plan.of<tcp_spec>().ports = {1};
  options.alive_first = GENERATE(false, true);
  // The ports of all three targets are done, and all of the second.
  options.before.done.add(1);
  options.before.done.add(2, 4);
  options.before.done.add(5);
  recorded_sweep here{1, silence(), options, {"127.0.1.1-127.0.1.3"}};
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 2);
  CHECK(here.network.sends().size() == 2);
}

TEST_CASE("an earlier run that has done everything leaves nothing to do") {
  sweep_options options = plain_options();
  options.ordered = GENERATE(false, true);
  options.before.done.add(0, 10'000);
  recorded_sweep here{1, silence(), options, {"10.0.0.1-10.0.39.16"}};
  CHECK(here.run().asked == 0);
  CHECK(here.results.empty());
}

TEST_CASE("a sweep with everything on may be stopped after any step, and accounts for all") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    INFO("seed " << seed);
    recorded_sweep here{seed, half_lost(), mixed_options(seed), some_targets};
    bool sealed = false;
    here.engine->before_stop = [&] {
      CHECK_FALSE(sealed);
      sealed = true;
      CHECK(here.count(status::cancelled, reason::interrupted) == 0);
    };
    for (std::uint64_t i = 0; i < seed && here.step(); ++i) {
    }
    here.engine->stop(reason::interrupted);
    const auto stopped_at = here.network.time().now();
    here.run();
    CHECK(sealed);
    here.check_accounts();
    if (seed % 2 == 0) CHECK(here.in_order());
    CHECK(here.network.time().now() - stopped_at <= 2ms);
    CHECK(here.summary->hosts_not_started + here.results.size() == 33);
  }
}

TEST_CASE("a sweep with everything on may be abandoned after any step") {
  for (std::uint64_t steps = 0; steps <= 400; ++steps) {
    auto here =
        std::make_unique<recorded_sweep>(steps, half_lost(), mixed_options(steps), some_targets);
    for (std::uint64_t i = 0; i < steps && here->step(); ++i) {
    }
    const std::size_t told = here->results.size();
    if (steps % 2 == 0) here->engine.reset();
    CHECK(here->results.size() == told);
  }
}
