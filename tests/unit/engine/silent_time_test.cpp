#include "engine/silent_time.hpp"

#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

namespace {

sweep_options one_probe_each() {
  sweep_options options;
  options.rate = 0;
  options.probe.timeout = 3s;
  return options;
}

double seconds(const sweep_options& options, std::uint64_t targets) {
  return silent_time(options, targets).count();
}

}  // namespace

TEST_CASE("what fits in flight takes one timeout, what does not takes one for each turn") {
  const sweep_options options = one_probe_each();
  CHECK(seconds(options, 1) == Catch::Approx(3).margin(0.01));
  CHECK(seconds(options, 10'000) == Catch::Approx(3 + 3));
  CHECK(seconds(options, 100'000) == Catch::Approx(30 + 3));
}

TEST_CASE("a slow rate is what a sweep takes") {
  sweep_options options = one_probe_each();
  options.rate = 100;
  CHECK(seconds(options, 10'000) == Catch::Approx(100 + 3));
}

TEST_CASE("each retry takes its timeout, its wait and its share of the limits") {
  sweep_options options = one_probe_each();
  options.retries = 2;
  options.backoff = 500ms;
  CHECK(seconds(options, 1) == Catch::Approx(3 * 3 + 0.5 + 1).margin(0.01));
  options.rate = 10;
  CHECK(seconds(options, 100) == Catch::Approx(100 * 3 / 10.0 + 10.5));
}

TEST_CASE("several echo requests are an interval or a timeout apart, whichever is longer") {
  sweep_options options = one_probe_each();
  options.plan.of<icmp_spec>().count = 5;
  CHECK(seconds(options, 1) == Catch::Approx(4 * 3 + 3).margin(0.01));
  options.plan.of<icmp_spec>().interval = 10s;
  CHECK(seconds(options, 1) == Catch::Approx(4 * 10 + 3).margin(0.01));
  options.plan.of<tcp_spec>().ports = {22};
  CHECK(seconds(options, 1) == Catch::Approx(3).margin(0.01));
}

TEST_CASE("the probes of one host stand in line, unless its time is limited") {
  sweep_options options = one_probe_each();
  options.plan.of<tcp_spec>().ports.assign(10, 80);
  CHECK(seconds(options, 1) == Catch::Approx(3 * 3).margin(0.01));
  options.per_host_max = 0;
  CHECK(seconds(options, 1) == Catch::Approx(3).margin(0.01));
  options.per_host_max = 1;
  CHECK(seconds(options, 1) == Catch::Approx(30).margin(0.01));
  options.host_timeout = 7s;
  CHECK(seconds(options, 1) == Catch::Approx(7).margin(0.01));
  options.run_deadline = 5s;
  CHECK(seconds(options, 1) == Catch::Approx(5));
}
