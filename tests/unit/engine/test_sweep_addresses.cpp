// Names with several addresses, each of which is probed, on made-up networks.
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "recorded_sweep.hpp"

#include <optional>
#include <random>
#include <set>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t numbers = resolver::addresses_max;

/// Three names: with three addresses, with one, and with none.
void name_hosts(simulated_world& network) {
  const auto at = [](std::uint32_t last) { return ip_address::from_v4(0x0a01'0000 + last); };
  network.names["three.test"] = at(1);
  network.further_addresses["three.test"] = {at(2), at(3)};
  network.names["one.test"] = at(4);
}

const std::vector<std::string> hosts{"three.test", "one.test", "none.test", "10.9.0.1"};

sweep_options each_address() {
  sweep_options options = plain_options();
  options.each_address = true;
  return options;
}

}  // namespace

TEST_CASE("each address of a name is a target of its own") {
  sweep_options options = each_address();
  options.ordered = GENERATE(false, true);
  recorded_sweep here{1, {}, options, hosts};
  name_hosts(here.network);
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 6);
  CHECK(here.count(status::up, reason::none) == 5);
  CHECK(here.count(status::name_error, reason::name_not_found) == 1);
  std::set<std::uint64_t> sequences;
  for (const recorded_result& one : here.results)
    sequences.insert(one.sequence);
  CHECK(sequences == std::set<std::uint64_t>{0, 1, 2, numbers, 2 * numbers, 3 * numbers});
  if (options.ordered) CHECK(here.in_order());
}

TEST_CASE("a name that nobody answers for is told of once, and stops no other") {
  recorded_sweep here{1, {}, each_address(), hosts};
  name_hosts(here.network);
  here.network.name_servers.silent = 1;
  here.run();
  here.check_accounts();
  CHECK(here.count(status::name_error, reason::resolve_timeout) == 3);
  CHECK(here.count(status::up, reason::none) == 1);
}

TEST_CASE(
    "whatever becomes of lookups and probes of each address, sums agree, and again after a stop") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    sweep_options options = mixed_options(seed);
    options.each_address = true;
    options.plan.of<icmp_spec>().is_asked = true;
    options.plan.then.emplace_back().of<tcp_spec>().ports = {1, 2};
    sequence_set done;
    std::size_t told = 0;
    const auto weather = [](recorded_sweep& here) {
      name_hosts(here.network);
      here.network.name_servers.silent = 0.2;
      here.network.name_servers.queued = 0.3;
      here.network.name_servers.known = 0.3;
      here.network.peers.refused = 0.4;
    };
    {
      recorded_sweep first{seed, half_lost(), options, hosts};
      weather(first);
      first.engine->tell_unasked = [&](std::uint64_t begin, std::uint64_t end,
                                       std::optional<std::uint64_t>) { done.add(begin, end); };
      for (auto steps = chance() % 200; steps > 0 && first.step(); --steps) {
      }
      for (const recorded_result& one : first.results)
        done.add(one.sequence);
      told = first.results.size();
      first.engine->stop(reason::interrupted);
      first.run();
      first.check_accounts();
      CHECK(first.results.size() >= told);
    }
    if (options.ordered) continue;  // what was decided is ahead of what was told
    options.min_up = 0;
    options.before.done = done;
    recorded_sweep second{seed + 1, half_lost(), options, hosts};
    weather(second);
    second.run();
    second.check_accounts();
    for (const recorded_result& one : second.results)
      CHECK_FALSE(done.contains(one.sequence));
  }
}

TEST_CASE("a sweep that looks for addresses may be abandoned after any step") {
  for (int steps = 0; steps < 60; ++steps) {
    recorded_sweep here{1, {}, each_address(), hosts};
    name_hosts(here.network);
    here.network.name_servers.queued = 0.5;
    for (int i = 0; i < steps && here.step(); ++i) {
    }
    const std::size_t told = here.results.size();
    here.engine.reset();
    CHECK(here.results.size() == told);
  }
}
