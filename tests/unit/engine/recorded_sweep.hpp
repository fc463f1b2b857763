#pragma once

#include "engine/sweep_engine.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/co_spawn.hpp>

namespace muster::test {

using namespace std::chrono_literals;

struct recorded_result {
  std::uint64_t sequence;
  muster::status status;
  muster::reason reason;
  std::size_t attempts;  // 0 without a list of them
  ip_address address;
  std::chrono::nanoseconds rtt;
  std::vector<address_outcome> addresses;
};

/// A sweep on a made-up network, and the results that it reported.
class recorded_sweep {
 public:
  recorded_sweep(std::uint64_t seed, const network_weather& weather, sweep_options options,
                 const std::vector<std::string>& texts)
      : network{seed, weather} {
    for (const std::string& text : texts)
      targets.add_text(text);
    engine = std::make_unique<sweep_engine>(
        context, network, std::move(options), targets, [this](const probe_result& result) {
          results.push_back(
              {result.sequence, result.status, result.reason,
               result.attempts ? result.attempts->size() : 0, result.address, result.rtt,
               result.addresses ? *result.addresses : std::vector<address_outcome>{}});
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
    return static_cast<std::size_t>(std::ranges::count_if(results, [&](const recorded_result& one) {
      return one.status == value && one.reason == why;
    }));
  }
  /// Checks that every probe was reported at most once, and the sums agree.
  void check_accounts() {
    REQUIRE(summary);
    CHECK(summary->asked == summary->totals.total());
    CHECK(summary->asked == results.size());
    std::map<std::uint64_t, int> times;
    for (const recorded_result& one : results)
      ++times[one.sequence];
    CHECK(times.size() == results.size());
  }
  bool in_order() const {
    return std::ranges::is_sorted(results, std::less{}, &recorded_result::sequence);
  }

  simulated_world network;
  asio::io_context context;
  target_stream targets;
  std::vector<recorded_result> results;
  std::optional<sweep_summary> summary;
  std::unique_ptr<sweep_engine> engine;
};

inline sweep_options plain_options() {
  sweep_options options;
  options.rate = 0;
  options.probe.timeout = 1s;
  options.probe.in_flight_max = 10;
  return options;
}

inline network_weather silence() {
  network_weather weather;
  weather.lost = 1;
  return weather;
}

inline network_weather half_lost() {
  network_weather weather;
  weather.lost = 0.5;
  weather.rejected = 0.1;
  weather.late = 0.1;
  return weather;
}

/// Everything that may keep a probe from ending at once, in mixtures that the seed decides.
inline sweep_options mixed_options(std::uint64_t seed) {
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

inline const std::vector<std::string> some_targets{"10.1.0.0/27", "10.1.0.1", "10.1.0.1",
                                                   "10.1.0.1"};

}  // namespace muster::test
