// Later stages of a sweep, on made-up networks: numbers of probes say which of the plan they are.
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "recorded_sweep.hpp"

#include <random>
#include <set>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// ICMP, then three ports, then HTTP on those that are open: 1 + 3 + 3 numbers for each target.
sweep_options three_stages() {
  sweep_options options = plain_options();
  options.plan.of<icmp_spec>().is_asked = true;
  options.plan.then.emplace_back().of<tcp_spec>().ports = {22, 80, 443};
  options.plan.then.emplace_back().of<http_spec>().urls = {"http://{}/"};
  return options;
}
constexpr std::uint64_t each = 7;

std::set<std::uint64_t> numbers_of(const recorded_sweep& here, std::uint64_t first,
                                   std::uint64_t last, std::optional<status> only = {}) {
  std::set<std::uint64_t> all;
  for (const recorded_result& one : here.results) {
    const std::uint64_t number = one.sequence % each;
    if (number >= first && number <= last && (!only || one.status == *only)) {
      all.insert(one.sequence);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("of a silent host, later stages are skipped, and ports that nobody found are not asked") {
  sweep_options options = three_stages();
  options.ordered = GENERATE(false, true);
  recorded_sweep here{1, silence(), options, {"127.0.1.1-127.0.1.20"}};
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 80);
  CHECK(here.count(status::timeout, reason::no_reply) == 20);
  CHECK(here.count(status::skipped, reason::host_silent) == 60);
  if (options.ordered) CHECK(here.in_order());
}

TEST_CASE("HTTP is asked on the ports that were found open, and on no others") {
  sweep_options options = three_stages();
  options.ordered = GENERATE(false, true);
  recorded_sweep here{2, {}, options, {"10.0.0.0/26"}};
  here.network.peers.refused = 0.4;
  here.network.peers.silent = 0.2;
  here.run();
  here.check_accounts();
  const auto open = numbers_of(here, 1, 3, status::up);
  CHECK(open.size() > 20);
  CHECK(open.size() < 62 * 3 - 20);
  std::set<std::uint64_t> expected;
  for (const std::uint64_t sequence : open)
    expected.insert(sequence + 3);
  CHECK(numbers_of(here, 4, 6) == expected);
}

TEST_CASE("a refusal shows that the host is there, too") {
  sweep_options options = plain_options();
  options.plan.of<tcp_spec>().ports = {1, 2};
  options.plan.then.emplace_back().of<icmp_spec>().is_asked = true;
  recorded_sweep here{1, {}, options, {"10.0.0.1-10.0.0.9"}};
  here.network.peers.refused = 1;
  here.run();
  here.check_accounts();
  CHECK(here.count(status::refused, reason::connection_refused) == 18);
  CHECK(here.count(status::up, reason::none) == 9);
}

TEST_CASE("a row that names its only probe has no later stages") {
  recorded_sweep here{1, {}, three_stages(), {}};
  here.targets.add_feed("rows");
  here.targets.feed("target,probe\n10.0.0.2,icmp\n");
  here.targets.end_feed();
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 1);
}

TEST_CASE("whatever a staged sweep meets, each probe is told of at most once, and sums agree") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    sweep_options options = mixed_options(seed);
    const sweep_options staged = three_stages();
    options.plan = staged.plan;
    recorded_sweep here{seed, half_lost(), options, some_targets};
    here.network.peers.refused = 0.3;
    here.network.peers.silent = 0.2;
    if (seed % 3 == 0) {
      for (auto steps = chance() % 400; steps > 0 && here.step(); --steps) {
      }
      here.engine->stop(reason::interrupted);
    }
    here.run();
    here.check_accounts();
    if (options.ordered) CHECK(here.in_order());
    const auto open = numbers_of(here, 1, 3, status::up);
    for (const std::uint64_t sequence : numbers_of(here, 4, 6))
      CHECK(open.contains(sequence - 3));
  }
}

TEST_CASE(
    "a staged sweep that was stopped is gone on with, and nothing is asked twice or forgotten") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    const sweep_options options = three_stages();
    sequence_set done;
    std::set<std::uint64_t> open;
    std::size_t told = 0;
    {
      recorded_sweep first{seed, half_lost(), options, some_targets};
      first.network.peers.refused = 0.3;
      first.engine->tell_unasked = [&](std::uint64_t begin, std::uint64_t end) {
        done.add(begin, end);
      };
      for (auto steps = chance() % 600; steps > 0 && first.step(); --steps) {
      }
      for (const recorded_result& one : first.results) {
        done.add(one.sequence);
        ++told;
        if (one.sequence % each <= 3 && one.status == status::up) open.insert(one.sequence);
      }
    }
    sweep_options rest = options;
    rest.before.done = done;
    recorded_sweep second{seed + 1, half_lost(), rest, some_targets};
    second.network.peers.refused = 0.3;
    second.engine->tell_unasked = [&](std::uint64_t begin, std::uint64_t end) {
      done.add(begin, end);
    };
    second.run();
    second.check_accounts();
    for (const recorded_result& one : second.results) {
      CHECK_FALSE(rest.before.done.contains(one.sequence));
      done.add(one.sequence);
      if (one.sequence % each <= 3 && one.status == status::up) open.insert(one.sequence);
    }
    for (const recorded_result& one : second.results) {
      if (one.sequence % each > 3) CHECK(open.contains(one.sequence - 3));
    }
    CHECK(done.size() == 33 * each);
  }
}
