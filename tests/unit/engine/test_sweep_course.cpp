// The course that a sweep runs, on made-up networks with a clock that the test moves: further
// tries, order, limits of time, early ends, and going on after an earlier run.
#include "engine/sweep_engine.hpp"
#include "support/catch.hpp"
#include "support/simulated_network.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/co_spawn.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

struct told {
  std::uint64_t sequence;
  muster::status status;
  muster::reason reason;
  std::size_t attempts;  // 0 without a list of them
};

class course {
 public:
  course(std::uint64_t seed, const network_weather& weather, sweep_options options,
         const std::vector<std::string>& texts)
      : network{seed, weather} {
    for (const std::string& text : texts)
      targets.add_text(text);
    engine = std::make_unique<sweep_engine>(
        context, network, std::move(options), targets, [this](const probe_result& result) {
          results.push_back({result.sequence, result.status, result.reason,
                             result.attempts ? result.attempts->size() : 0});
        });
    asio::co_spawn(context, engine->run(), [this](std::exception_ptr failure, sweep_summary sum) {
      REQUIRE_FALSE(failure);
      summary = std::move(sum);
    });
  }

  const sweep_summary& run() {
    network.run(context, [this] { return summary.has_value(); });
    REQUIRE(summary);
    return *summary;
  }
  /// A step of the loop, or of time. False if nothing is left to do.
  bool step() {
    context.restart();
    return context.poll_one() > 0 || network.time().ring_next();
  }
  std::size_t count(status value, reason why) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        results, [&](const told& one) { return one.status == value && one.reason == why; }));
  }
  /// Checks that every probe was reported at most once, and the sums agree.
  void check_accounts() {
    REQUIRE(summary);
    CHECK(summary->asked == summary->totals.total());
    CHECK(summary->asked == results.size());
    std::map<std::uint64_t, int> times;
    for (const told& one : results)
      ++times[one.sequence];
    CHECK(times.size() == results.size());
  }
  bool in_order() const { return std::ranges::is_sorted(results, std::less{}, &told::sequence); }

  simulated_network network;
  asio::io_context context;
  target_stream targets;
  std::vector<told> results;
  std::optional<sweep_summary> summary;
  std::unique_ptr<sweep_engine> engine;
};

sweep_options plain_options() {
  sweep_options options;
  options.rate = 0;
  options.probe.timeout = 1s;
  options.probe.in_flight_max = 10;
  return options;
}

network_weather silence() {
  network_weather weather;
  weather.lost = 1;
  return weather;
}

network_weather half_lost() {
  network_weather weather;
  weather.lost = 0.5;
  weather.rejected = 0.1;
  weather.late = 0.1;
  return weather;
}

/// Everything that may keep a probe from ending at once, in mixtures that the seed decides.
sweep_options mixed_options(std::uint64_t seed) {
  sweep_options options = plain_options();
  options.retries = static_cast<unsigned>(seed % 4);
  options.backoff = seed % 3 == 0 ? 0ms : 300ms;
  options.ordered = seed % 2 == 0;
  options.per_host_max = seed % 5;
  if (seed % 7 < 3) options.host_timeout = 1700ms;
  if (seed % 11 == 0) options.min_up = 5;
  options.rate = seed % 13 == 0 ? 50 : 0;
  return options;
}

const std::vector<std::string> some_targets{"10.1.0.0/27", "10.1.0.1", "10.1.0.1", "10.1.0.1"};

}  // namespace

TEST_CASE("a silent target is tried as often as asked, with doubling waits between") {
  sweep_options options = plain_options();
  options.retries = 3;
  options.backoff = 100ms;
  course here{1, silence(), options, {"10.0.0.1"}};
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
  course here{1, silence(), options, {"10.0.0.1", second}};
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
  course here{1, silence(), options, {"10.0.0.0/24"}};
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
  course here{1, silence(), options, {"10.0.0.1-10.0.0.20"}};
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
    course here{seed, half_lost(), options, some_targets};
    here.run();
    here.check_accounts();
    CHECK(here.results.size() == 33);
    if (options.ordered) CHECK(here.in_order());
    for (const told& one : here.results) {
      if (one.status == status::timeout) CHECK(one.attempts == 3);
      if (one.status == status::up && one.attempts > 1) ++later_ups;
    }
  }
  CHECK(later_ups > 1'000);
}

TEST_CASE("ordered results come in input order, and nothing runs too far ahead") {
  network_weather weather;
  weather.lost = 0.0001;
  weather.delay_max = 1ms;
  sweep_options options = plain_options();
  options.ordered = true;
  options.probe.timeout = 60s;
  options.probe.in_flight_max = 10'000;
  course here{3, weather, options, {"10.0.0.0-10.2.255.255"}};
  std::uint64_t ahead = 0;
  here.network.on_send = [&](ip_address to) {
    const std::uint64_t ordinal = to.low() - ip_address::parse("10.0.0.0")->low();
    ahead = std::max(ahead, ordinal - here.results.size());
  };
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 3 * 65'536);
  CHECK(here.in_order());
  CHECK(ahead > 60'000);
  CHECK(ahead <= sweep_options::ordered_window_max);
}

TEST_CASE("all probes of a target end when its time is up") {
  sweep_options options = plain_options();
  options.probe.icmp.count = 10;
  options.probe.icmp.interval = 1s;
  options.host_timeout = 3500ms;
  course here{1, silence(), options, {"10.0.0.1"}};
  const sweep_summary& sum = here.run();
  CHECK(here.count(status::timeout, reason::host_timeout) == 1);
  CHECK(sum.elapsed >= 3500ms);
  CHECK(sum.elapsed <= 3510ms);
  CHECK(sum.totals.packets_sent() == 4);
}

TEST_CASE("a target's time runs from its first start, not from when it was read") {
  sweep_options options = plain_options();
  options.host_timeout = 1500ms;
  options.probe.in_flight_max = 1;
  course here{1, silence(), options, {"10.0.0.1-10.0.0.5"}};
  here.run();
  CHECK(here.count(status::timeout, reason::no_reply) == 5);
}

TEST_CASE("without the time for another try, the last outcome stands") {
  sweep_options options = plain_options();
  options.retries = 5;
  options.backoff = 500ms;
  options.host_timeout = 2700ms;
  course here{1, silence(), options, {"10.0.0.1"}};
  CHECK(here.run().elapsed <= 2600ms);  // two tries and one wait
  REQUIRE(here.results.size() == 1);
  CHECK(here.results[0].reason == reason::no_reply);
  CHECK(here.results[0].attempts == 2);
}

TEST_CASE("a sweep stops as soon as enough targets are up, and counts targets, not probes") {
  network_weather weather;
  weather.delay_min = weather.delay_max = 10ms;
  sweep_options options = plain_options();
  options.min_up = 12;
  course here{1, weather, options, {"10.0.0.0/24"}};
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
  course here{1, weather, options, {"10.0.0.1-10.0.0.100"}};
  const sweep_summary& sum = here.run();
  here.check_accounts();
  CHECK(sum.targets_up == 3);
  CHECK(here.count(status::up, reason::none) == 1);
}

TEST_CASE("a silent host's later probes are skipped, and its first one is tried again before") {
  sweep_options options = plain_options();
  options.plan.icmp = true;
  options.plan.tcp_ports = {1, 2, 3};
  options.alive_first = true;
  options.retries = 1;
  options.ordered = GENERATE(false, true);
  course here{1, silence(), options, {"127.0.1.1-127.0.1.20"}};
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 80);
  CHECK(here.count(status::timeout, reason::no_reply) == 20);
  CHECK(here.count(status::skipped, reason::host_silent) == 60);
  CHECK(here.network.sends().size() == 40);
}

TEST_CASE("a host that this machine could not ask is not called silent") {
  network_weather weather;
  weather.refused = 1;
  sweep_options options = plain_options();
  options.plan.icmp = true;
  options.plan.tcp_ports = {1, 2};
  options.alive_first = true;
  course here{1, weather, options, {"127.0.1.1-127.0.1.5"}};
  here.run();
  here.check_accounts();
  CHECK(here.count(status::local_error, reason::firewall_denied) == 5);
  CHECK(here.count(status::skipped, reason::first_probe_failed) == 10);
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
    course here{seed, half_lost(), options, some_targets};
    here.run();
    here.check_accounts();
    CHECK(here.results.size() == 33 - done.size());
    for (const told& one : here.results)
      CHECK_FALSE(done.contains(one.sequence));
    if (options.ordered) CHECK(here.in_order());
  }
}

TEST_CASE("of a target that is half done, the other half is probed") {
  sweep_options options = plain_options();
  options.plan.icmp = true;
  options.plan.tcp_ports = {1};
  options.alive_first = GENERATE(false, true);
  // The ports of all three targets are done, and all of the second.
  options.before.done.add(1);
  options.before.done.add(2, 4);
  options.before.done.add(5);
  course here{1, silence(), options, {"127.0.1.1-127.0.1.3"}};
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 2);
  CHECK(here.network.sends().size() == 2);
}

TEST_CASE("an earlier run that has done everything leaves nothing to do") {
  sweep_options options = plain_options();
  options.ordered = GENERATE(false, true);
  options.before.done.add(0, 10'000);
  course here{1, silence(), options, {"10.0.0.1-10.0.39.16"}};
  CHECK(here.run().asked == 0);
  CHECK(here.results.empty());
}

TEST_CASE("a sweep with everything on may be stopped after any step, and accounts for all") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    INFO("seed " << seed);
    course here{seed, half_lost(), mixed_options(seed), some_targets};
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
    auto here = std::make_unique<course>(steps, half_lost(), mixed_options(steps), some_targets);
    for (std::uint64_t i = 0; i < steps && here->step(); ++i) {
    }
    const std::size_t told = here->results.size();
    if (steps % 2 == 0) here->engine.reset();
    CHECK(here->results.size() == told);
  }
}

TEST_CASE("options that make no sense are refused") {
  const auto refused = [](auto change) {
    sweep_options options = plain_options();
    change(options);
    asio::io_context context;
    simulated_network around{1, {}};
    target_stream targets;
    CHECK_THROWS_AS((sweep_engine{context, around, options, targets, nullptr}),
                    std::invalid_argument);
  };
  refused([](sweep_options& options) { options.retries = sweep_options::retries_max + 1; });
  refused([](sweep_options& options) { options.backoff = -1ns; });
  refused([](sweep_options& options) { options.backoff = sweep_options::backoff_max + 1ns; });
  refused([](sweep_options& options) { options.alive_first = true; });
  refused([](sweep_options& options) { options.min_up = sweep_options::min_up_max + 1; });
}
