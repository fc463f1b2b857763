// Whole sweeps on made-up networks, where the clock is moved by the test. What must hold on every
// network is checked over thousands of them.
#include "engine/sweep_engine.hpp"
#include "muster/probe/icmp.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

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

/// One sweep, and what the network and the consumer saw of it.
class simulated_sweep {
 public:
  simulated_sweep(std::uint64_t seed, network_weather weather, sweep_options options,
                  const std::vector<std::string>& texts)
      : network{seed, weather}, options_{std::move(options)} {
    for (const std::string& text : texts)
      targets.add_text(text);
    network.on_send = [this](ip_address to) {
      ++in_flight_;
      in_flight_peak = std::max(in_flight_peak, in_flight_);
      host_peak = std::max(host_peak, ++in_flight_by_host_[to]);
    };
    engine = std::make_unique<sweep_engine>(context, network, options_, targets,
                                            [this](const probe_result& result) { take(result); });
    asio::co_spawn(context, engine->run(), [this](std::exception_ptr failure, sweep_summary sum) {
      REQUIRE_FALSE(failure);
      summary = std::move(sum);
    });
  }

  void run() {
    network.run(context, [this] { return summary.has_value(); });
  }
  /// A step of the loop, or of time. False if nothing is left to do.
  bool step() {
    context.restart();
    return context.poll_one() > 0 || network.time().ring_next();
  }

  std::size_t in_flight_peak = 0;  ///< Requests without an outcome, as the network counts them.
  std::size_t host_peak = 0;
  std::map<ip_address, std::vector<status>> outcomes;
  std::map<status, std::uint64_t> statuses;
  std::optional<sweep_summary> summary;
  simulated_world network;
  asio::io_context context;
  target_stream targets;
  std::unique_ptr<sweep_engine> engine;

 private:
  void take(const probe_result& result) {
    outcomes[result.address].push_back(result.status);
    ++statuses[result.status];
    if (result.rtt >= 0ns) CHECK(result.status == status::up);
    const auto* const icmp = result.details.get<icmp_details>();
    if (!icmp || icmp->sent == 0) return;
    --in_flight_;
    --in_flight_by_host_[result.address];
  }

  sweep_options options_;
  std::size_t in_flight_ = 0;
  std::map<ip_address, std::size_t> in_flight_by_host_;
};

sweep_options plain_options() {
  sweep_options options;
  options.rate = 0;
  options.probe.timeout = 1s;
  options.probe.in_flight_max = 10;
  return options;
}

/// Bad in every way at once, each to a degree that the seed decides.
network_weather bad_weather(std::uint64_t seed) {
  std::mt19937_64 chance{seed};
  const auto some = [&chance](double most) {
    return chance() % 2 == 0 ? 0 : most * std::generate_canonical<double, 32>(chance);
  };
  network_weather weather;
  weather.lost = some(0.5);
  weather.duplicated = some(0.5);
  weather.late = some(0.3);
  weather.corrupted = some(0.3);
  weather.truncated = some(0.3);
  weather.foreign = some(0.3);
  weather.forged = some(0.5);
  weather.rejected = some(0.3);
  weather.shortage = some(0.3);
  weather.refused = some(0.1);
  weather.delay_max = std::chrono::milliseconds{1 + chance() % 1500};  // beyond the timeout, too
  if (chance() % 4 == 0) weather.receive_queue_max = 1 + chance() % 4;
  return weather;
}

/// What the network knows must agree with what was reported.
void check_truth(const simulated_sweep& sweep, std::chrono::nanoseconds timeout) {
  for (const auto& [address, found] : sweep.outcomes) {
    REQUIRE(found.size() == 1);
    const auto& known = sweep.network.traffic_by_address();
    const auto there = known.find(address);
    const bool answered = there != known.end() &&
                          std::any_of(there->second.answered.begin(), there->second.answered.end(),
                                      [&](auto after) { return after <= timeout; });
    const bool rejected = there != known.end() && there->second.rejections > 0;
    switch (found.front()) {
      case status::up:
        CHECK(answered);
        break;
      case status::timeout:
        CHECK_FALSE(answered);
        break;
      case status::unreachable:
        CHECK(rejected);
        break;
      case status::local_error:
        CHECK(there == known.end());
        break;
      default:
        FAIL("unexpected status " << to_string(found.front()));
    }
  }
}

}  // namespace

TEST_CASE("on a network without faults every target is up, and its RTT is the network's") {
  network_weather weather;
  weather.delay_min = weather.delay_max = 7ms;
  simulated_sweep sweep{1, weather, plain_options(), {"10.1.0.0/24"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.statuses[status::up] == 254);
  CHECK(sweep.summary->totals.rtt().min() == 7ms);
  CHECK(sweep.summary->totals.rtt().max() == 7ms);
  CHECK(sweep.summary->strays.total() == 0);
  CHECK(sweep.in_flight_peak == 10);
}

TEST_CASE("while this process stands still nobody becomes silent, and no round trip is longer") {
  for (const auto delay : {5ms, 300ms, 900ms}) {
    for (const auto standstill : {50ms, 700ms, 20'000ms}) {
      for (int before = 1; before < 60; before += 4) {
        CAPTURE(delay.count(), standstill.count(), before);
        network_weather weather;
        weather.delay_min = weather.delay_max = delay;
        simulated_sweep sweep{1, weather, plain_options(), {"10.1.0.0/27"}};
        for (int i = 0; i < before; ++i)
          sweep.step();
        sweep.network.time().pass(standstill);
        sweep.run();
        REQUIRE(sweep.summary);
        CHECK(sweep.statuses[status::up] == 30);
        CHECK(sweep.summary->totals.rtt().min() == delay);
        CHECK(sweep.summary->totals.rtt().max() == delay);
      }
    }
  }
}

TEST_CASE("ten thousand silent targets are timeouts after one timeout, to the millisecond") {
  network_weather weather;
  weather.lost = 1;
  sweep_options options = plain_options();
  options.probe.in_flight_max = 10'000;
  simulated_sweep sweep{1, weather, options, {"10.0.0.0-10.0.39.15"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.statuses[status::timeout] == 10'000);
  CHECK(sweep.summary->elapsed >= 1s);
  CHECK(sweep.summary->elapsed <= 1s + 2ms);
}

TEST_CASE("whatever the network does, every target has one outcome, and a true one") {
  std::uint64_t strays = 0;
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    INFO("seed " << seed);
    const sweep_options options = plain_options();
    simulated_sweep sweep{seed, bad_weather(seed), options, {"10.1.0.0/26", "10.2.0.7"}};
    sweep.run();
    REQUIRE(sweep.summary);
    CHECK(sweep.summary->asked == 63);
    CHECK(sweep.summary->totals.total() == 63);
    CHECK(sweep.outcomes.size() == 63);
    CHECK(sweep.in_flight_peak <= options.probe.in_flight_max);
    check_truth(sweep, options.probe.timeout);
    strays += sweep.summary->strays.total();
  }
  CHECK(strays > 10'000);
}

TEST_CASE("without a cookie in the payload every target still has one outcome") {
  // Eight bytes of ICMP are all that tells replies apart, so corrupted ones are not tried here.
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    network_weather weather = bad_weather(seed);
    weather.corrupted = weather.truncated = weather.forged = 0;
    sweep_options options = plain_options();
    options.plan.of<icmp_spec>().payload_bytes = seed % 16;
    simulated_sweep sweep{seed, weather, options, {"10.1.0.0/26"}};
    sweep.run();
    REQUIRE(sweep.summary);
    CHECK(sweep.summary->totals.total() == 62);
    check_truth(sweep, options.probe.timeout);
  }
}

TEST_CASE("the limits hold on every network: in flight, per host, and starts a second") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    sweep_options options = plain_options();
    options.probe.in_flight_max = 1 + chance() % 20;
    options.per_host_max = 1 + chance() % 3;
    options.rate = 100 + static_cast<double>(chance() % 5'000);
    network_weather weather = bad_weather(seed);
    weather.shortage = 0;  // what had to wait leaves in a burst
    // A few hosts, each many times.
    std::vector<std::string> texts;
    for (int i = 0; i < 100; ++i)
      texts.push_back("10.3.0." + std::to_string(chance() % 8));
    simulated_sweep sweep{seed, weather, options, texts};
    sweep.run();
    REQUIRE(sweep.summary);
    CHECK(sweep.summary->totals.total() == 100);
    CHECK(sweep.in_flight_peak <= options.probe.in_flight_max);
    CHECK(sweep.host_peak <= options.per_host_max);
    // The bucket's promise: no window of length t has more than rate * t + burst starts.
    const auto& sends = sweep.network.sends();
    if (sweep.summary->strays.asked_again > 0) continue;  // a repetition takes no token
    for (std::size_t first = 0; first < sends.size(); ++first) {
      for (std::size_t last = first; last < sends.size(); ++last) {
        const double t = std::chrono::duration<double>(sends[last] - sends[first]).count();
        const double most = options.rate * t + std::max(1.0, options.rate * 0.010) + 1;
        if (static_cast<double>(last - first) > most) FAIL("too fast");
      }
    }
  }
}

TEST_CASE("a reply from another address than was asked makes nobody up, and is counted") {
  network_weather weather;
  weather.foreign = 1;
  simulated_sweep sweep{1, weather, plain_options(), {"10.1.0.0/24"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.statuses[status::timeout] == 254);
  CHECK(sweep.summary->strays.foreign == 254);
}

TEST_CASE("a reply with the right numbers and another program's payload makes nobody up") {
  network_weather weather;
  weather.forged = 1;
  weather.lost = 1;
  simulated_sweep sweep{1, weather, plain_options(), {"10.1.0.0/24"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.statuses[status::timeout] == 254);
  CHECK(sweep.summary->strays.foreign == 254);
}

TEST_CASE("of several replies to one request the first counts, and the others are duplicates") {
  network_weather weather;
  weather.duplicated = 1;
  simulated_sweep sweep{1, weather, plain_options(), {"10.1.0.0/24"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.statuses[status::up] == 254);
  CHECK(sweep.summary->totals.total() == 254);
  CHECK(sweep.summary->strays.duplicate > 240);  // the last ones come when all is over
  CHECK(sweep.summary->strays.duplicate == sweep.summary->strays.total());
}

TEST_CASE("a late reply is counted as late, and answers no other request") {
  network_weather weather;
  weather.late = 1;
  weather.late_by = 1500ms;  // while the next requests are in flight
  sweep_options options = plain_options();
  options.plan.of<icmp_spec>().count = 3;
  options.plan.of<icmp_spec>().interval = 1s;
  simulated_sweep sweep{1, weather, options, {"10.1.0.0/29"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.statuses[status::timeout] == 6);
  CHECK(sweep.summary->strays.late > 0);
  CHECK(sweep.summary->strays.late == sweep.summary->strays.total());
}

TEST_CASE("what the receive buffer dropped is asked again before it counts as silent") {
  network_weather weather;
  weather.receive_queue_max = 3;
  weather.delay_min = weather.delay_max = 1ms;
  sweep_options options = plain_options();
  options.probe.in_flight_max = 1'000;
  simulated_sweep sweep{1, weather, options, {"10.1.0.0/24"}};
  sweep.run();
  REQUIRE(sweep.summary);
  CHECK(sweep.summary->strays.dropped > 0);
  CHECK(sweep.summary->strays.asked_again > 0);
  CHECK(sweep.statuses[status::up] > 250);
}

TEST_CASE("a wall clock that jumps changes no RTT") {
  network_weather weather;
  weather.delay_min = weather.delay_max = 30ms;
  simulated_sweep sweep{1, weather, plain_options(), {"10.1.0.0/25"}};
  for (int i = 0; sweep.step(); ++i)
    sweep.network.time().jump_wall(i % 2 == 0 ? -1h : 2h);
  REQUIRE(sweep.summary);
  CHECK(sweep.summary->totals.rtt().min() == 30ms);
  CHECK(sweep.summary->totals.rtt().max() == 30ms);
}

TEST_CASE("a simulated sweep may be stopped after any step, and accounts for what it began") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    sweep_options options = plain_options();
    options.rate = seed % 2 == 0 ? 0 : 2'000;
    simulated_sweep sweep{seed, bad_weather(seed), options, {"10.1.0.0/26"}};
    for (std::uint64_t i = 0; i < seed && sweep.step(); ++i) {
    }
    sweep.engine->stop(reason::interrupted);
    const auto stopped_at = sweep.network.time().now();
    sweep.run();
    REQUIRE(sweep.summary);
    CHECK(sweep.summary->asked == sweep.summary->totals.total());
    for (const auto& [address, found] : sweep.outcomes)
      CHECK(found.size() == 1);
    CHECK(sweep.network.time().now() - stopped_at <= 2ms);
  }
}

TEST_CASE("a simulated sweep may be abandoned after any step") {
  for (std::uint64_t steps = 0; steps <= 400; ++steps) {
    auto sweep = std::make_unique<simulated_sweep>(steps, bad_weather(steps), plain_options(),
                                                   std::vector<std::string>{"10.1.0.0/26"});
    for (std::uint64_t i = 0; i < steps && sweep->step(); ++i) {
    }
    const std::size_t told = sweep->outcomes.size();
    if (steps % 2 == 0) sweep->engine.reset();
    CHECK(sweep->outcomes.size() == told);
  }
}
