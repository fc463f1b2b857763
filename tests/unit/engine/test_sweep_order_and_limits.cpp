// Order, limits of time, and whom a sweep skips, on made-up networks with a clock that the test
// moves.
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "recorded_sweep.hpp"

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("ordered results come in input order, and nothing runs too far ahead") {
  network_weather weather;
  weather.lost = 0.0001;
  weather.delay_max = 1ms;
  sweep_options options = plain_options();
  options.ordered = true;
  options.probe.timeout = 60s;
  options.probe.in_flight_max = 10'000;
  recorded_sweep here{3, weather, options, {"10.0.0.0-10.2.255.255"}};
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
  options.plan.of<icmp_spec>().count = 10;
  options.plan.of<icmp_spec>().interval = 1s;
  options.host_timeout = 3500ms;
  recorded_sweep here{1, silence(), options, {"10.0.0.1"}};
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
  recorded_sweep here{1, silence(), options, {"10.0.0.1-10.0.0.5"}};
  here.run();
  CHECK(here.count(status::timeout, reason::no_reply) == 5);
}

TEST_CASE("without the time for another try, the last outcome stands") {
  sweep_options options = plain_options();
  options.retries = 5;
  options.backoff = 500ms;
  options.host_timeout = 2700ms;
  recorded_sweep here{1, silence(), options, {"10.0.0.1"}};
  CHECK(here.run().elapsed <= 2600ms);  // two tries and one wait
  REQUIRE(here.results.size() == 1);
  CHECK(here.results[0].reason == reason::no_reply);
  CHECK(here.results[0].attempts == 2);
}

TEST_CASE("a silent host's later probes are skipped, and its first one is tried again before") {
  sweep_options options = plain_options();
  options.plan.of<icmp_spec>().is_asked = true;
  options.plan.of<tcp_spec>().ports = {1, 2, 3};
  options.alive_first = true;
  options.retries = 1;
  options.ordered = GENERATE(false, true);
  recorded_sweep here{1, silence(), options, {"127.0.1.1-127.0.1.20"}};
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
  options.plan.of<icmp_spec>().is_asked = true;
  options.plan.of<tcp_spec>().ports = {1, 2};
  options.alive_first = true;
  recorded_sweep here{1, weather, options, {"127.0.1.1-127.0.1.5"}};
  here.run();
  here.check_accounts();
  CHECK(here.count(status::local_error, reason::firewall_denied) == 5);
  CHECK(here.count(status::skipped, reason::first_probe_failed) == 10);
}

TEST_CASE("options that make no sense are refused") {
  const auto refused = [](auto change) {
    sweep_options options = plain_options();
    change(options);
    asio::io_context context;
    simulated_world net{1, {}};
    target_stream targets;
    CHECK_THROWS_AS((sweep_engine{context, net, options, targets, nullptr}), std::invalid_argument);
  };
  refused([](sweep_options& options) { options.retries = sweep_options::retries_max + 1; });
  refused([](sweep_options& options) { options.backoff = -1ns; });
  refused([](sweep_options& options) { options.backoff = sweep_options::backoff_max + 1ns; });
  refused([](sweep_options& options) { options.alive_first = true; });
  refused([](sweep_options& options) { options.min_up = sweep_options::min_up_max + 1; });
}
