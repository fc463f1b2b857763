// Later stages of a sweep, on made-up networks: numbers of probes say which of the plan they are.
#include "muster/probe/http.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "recorded_sweep.hpp"

#include <optional>
#include <random>
#include <set>
#include <vector>

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

namespace {

/// What a checkpoint would know of a sweep: what it told of, and what will not be asked because of
/// that.
class noted_sweep {
 public:
  noted_sweep(std::uint64_t seed, const sweep_options& options)
      : here{seed, half_lost(), options, some_targets} {
    here.network.peers.refused = 0.3;
    here.engine->tell_unasked = [this](std::uint64_t begin, std::uint64_t end,
                                       std::optional<std::uint64_t> cause) {
      unasked_.push_back({begin, end, cause});
    };
  }
  void run_for(std::uint64_t steps) {
    for (; steps > 0 && here.step(); --steps) {
    }
  }
  /// Together with what was done before.
  sequence_set done(sequence_set all = {}) const {
    for (const recorded_result& one : here.results)
      all.add(one.sequence);
    for (const unasked& one : unasked_) {
      if (!one.cause || all.contains(*one.cause)) all.add(one.begin, one.end);
    }
    return all;
  }
  void add_open(std::set<std::uint64_t>& ports) const {
    ports.merge(numbers_of(here, 1, 3, status::up));
  }

  recorded_sweep here;

 private:
  struct unasked {
    std::uint64_t begin;
    std::uint64_t end;
    std::optional<std::uint64_t> cause;
  };
  std::vector<unasked> unasked_;
};

}  // namespace

TEST_CASE("a staged sweep that was ended is gone on with: nothing is asked twice or forgotten") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    sweep_options options = three_stages();
    options.ordered = seed % 2 == 0;
    noted_sweep first{seed, options};
    first.run_for(chance() % 600);
    std::set<std::uint64_t> open;
    first.add_open(open);
    sweep_options rest = options;
    rest.before.done = first.done();
    noted_sweep second{seed + 1, rest};
    const bool is_stopped = seed % 3 == 0;
    if (is_stopped) {
      second.run_for(chance() % (seed % 4 == 0 ? 300 : 12));
      second.here.engine->stop(reason::interrupted);
    }
    second.here.run();
    second.here.check_accounts();
    second.add_open(open);
    for (const recorded_result& one : second.here.results) {
      CHECK_FALSE(rest.before.done.contains(one.sequence));
      if (one.sequence % each > 3) CHECK(open.contains(one.sequence - 3));
    }
    if (is_stopped) continue;
    CHECK(second.done(rest.before.done).size() == 33 * each);
    const auto asked = numbers_of(second.here, 4, 6);
    for (const std::uint64_t port : numbers_of(second.here, 1, 3, status::up))
      CHECK(asked.contains(port + 3));
  }
}

TEST_CASE("what an earlier run has begun, and this one does not get to, is counted once") {
  sweep_options options = three_stages();
  options.per_host_max = 1;
  // Of the second target the host and its port 80 were found, and HTTP was not asked yet.
  for (const std::uint64_t number : {0U, 2U, 4U, 6U})
    options.before.done.add(each + number);
  recorded_sweep here{1, silence(), options, {"10.0.0.1", "10.0.0.1"}};
  for (int steps = 0; steps < 3; ++steps)
    here.step();
  here.engine->stop(reason::interrupted);
  here.run();
  here.check_accounts();
  CHECK(here.results.size() == 1);
}
