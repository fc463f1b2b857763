#include "watch/watch_engine.hpp"

#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// A watch of a made-up world.
class simulated_watch final : public watch_observer {
 public:
  explicit simulated_watch(network_weather weather = {}) : network{1, weather} {
    plan.probe.timeout = 1s;
  }

  void add(std::uint32_t hosts, std::shared_ptr<const check_group> group) {
    const std::shared_ptr<const probe_spec> icmp = plan.common.of(probe_kind::icmp).clone();
    for (std::uint32_t i = 0; i < hosts; ++i) {
      const target subject{ip_address::from_v4(0x0a00'0001 + i)};
      plan.checks.push_back({subject.to_string() + " icmp", group, subject, icmp});
    }
  }

  void begin() {
    engine.emplace(context, network, plan, *this);
    asio::co_spawn(
        context, [this]() { return engine->run(); },
        [this](const std::exception_ptr& thrown) {
          is_over = true;
          if (thrown) std::rethrow_exception(thrown);
        });
  }
  /// Lets time go on by so much.
  void pass(std::chrono::nanoseconds by) {
    const auto until = network.time().now() + by;
    network.run(context, [&] { return is_over || network.time().now() >= until; });
  }
  void end() {
    engine->stop(reason::interrupted);
    network.run(context, [this] { return is_over; });
  }

  void on_check(const watch_event& event) override {
    const std::string& name = event.check.name;
    finished[name].push_back(event.result.finished);
    if (event.change) changes[name] += to_string(event.change->to).front();
    behind[name] = event.behind ? event.behind->name : "";
  }

  watch_plan plan;
  simulated_world network;
  asio::io_context context;
  std::optional<watch_engine> engine;
  std::map<std::string, std::vector<check_state::wall_time>> finished;
  std::map<std::string, std::string> changes;
  std::map<std::string, std::string> behind;
  bool is_over = false;
};

std::shared_ptr<check_group> group_of(std::chrono::nanoseconds every) {
  auto group = std::make_shared<check_group>();
  group->name = "lab";
  group->every = every;
  return group;
}

}  // namespace

TEST_CASE("every check is made once in each of its intervals, and they are spread over it") {
  simulated_watch watch{{.delay_max = 1ms}};
  watch.add(100, group_of(10s));
  watch.begin();
  watch.pass(10min);
  watch.end();
  REQUIRE(watch.finished.size() == 100);
  std::vector<std::size_t> by_second(10);
  for (const auto& [name, times] : watch.finished) {
    CHECK(times.size() >= 59);
    CHECK(times.size() <= 61);
    for (std::size_t i = 1; i < times.size(); ++i)
      CHECK(std::chrono::abs(times[i] - times[i - 1] - 10s) < 5ms);
    ++by_second[static_cast<std::size_t>(times.front().time_since_epoch() / 1s % 10)];
    CHECK(watch.changes[name] == "u");
  }
  CHECK(std::ranges::max(by_second) < 25);
  CHECK(watch.engine->figures().skipped == 0);
  CHECK(watch.engine->figures().lag.quantile(0.99) < 10ms);
}

TEST_CASE("a target that falls silent is down after as many results as the rules say") {
  simulated_watch watch{{.lost = 1}};
  auto group = group_of(10s);
  group->rules = {.rise = 1, .fall = 3};
  watch.add(1, group);
  watch.begin();
  watch.pass(25s);
  CHECK(watch.changes["10.0.0.1 icmp"].empty());
  watch.pass(20s);
  watch.end();
  CHECK(watch.changes["10.0.0.1 icmp"] == "d");
}

TEST_CASE("a doubt is looked into sooner than the next check would be due") {
  simulated_watch watch{{.lost = 1}};
  auto group = group_of(60s);
  group->recheck = 2s;
  group->rules = {.rise = 1, .fall = 3};
  watch.add(1, group);
  watch.begin();
  watch.pass(70s);
  watch.end();
  const auto& times = watch.finished["10.0.0.1 icmp"];
  REQUIRE(times.size() >= 3);
  // A timeout of a second, and two between its end and the next.
  CHECK(times[1] - times[0] >= 3s);
  CHECK(times[1] - times[0] <= 3s + 2ms);
  CHECK(watch.changes["10.0.0.1 icmp"] == "d");
}

TEST_CASE("a check that is still going on when it is due again is not made twice") {
  simulated_watch watch{{.lost = 1}};
  watch.plan.probe.timeout = 25s;
  watch.add(1, group_of(10s));
  watch.begin();
  watch.pass(10min);
  watch.end();
  CHECK(watch.finished["10.0.0.1 icmp"].size() >= 19);
  CHECK(watch.finished["10.0.0.1 icmp"].size() <= 20);
  CHECK(watch.engine->figures().skipped >= 38);
}

TEST_CASE("after a sleep nothing is made up for, and the spread is as it was") {
  simulated_watch watch{{.delay_max = 1ms}};
  watch.add(100, group_of(60s));
  watch.begin();
  watch.pass(5min);
  const std::size_t before = watch.network.sends().size();
  watch.network.time().pass(8h);
  watch.pass(1s);
  // Those of a quarter of an interval, at the most, and those of this second.
  CHECK(watch.network.sends().size() - before < 40);
  watch.pass(60s);
  CHECK(watch.network.sends().size() - before >= 100);
  CHECK(watch.engine->figures().missed > 100 * 470);
  watch.end();
}

TEST_CASE("what lies behind something that is down is unknown, and not down") {
  simulated_watch watch;
  watch.plan.probe.timeout = 1s;
  auto router = group_of(60s);
  router->name = "router";
  watch.add(1, router);
  auto behind = group_of(10s);
  behind->name = "behind";
  behind->after = {"router"};
  for (std::uint32_t i = 2; i < 22; ++i) {
    const target subject{ip_address::from_v4(0x0a00'0000 + i)};
    watch.plan.checks.push_back({subject.to_string(), behind, subject, watch.plan.checks[0].spec});
  }
  watch.begin();
  watch.pass(3min);
  CHECK(watch.changes["10.0.0.1 icmp"] == "u");
  CHECK(watch.changes["10.0.0.5"] == "u");
  watch.network.turn_weather({.lost = 1});
  watch.pass(5min);
  // The router was asked again as soon as something behind it fell silent.
  CHECK(watch.changes["10.0.0.1 icmp"] == "ud");
  const auto& checks = watch.plan.checks;
  CHECK(checks.size() == 21);
  for (std::uint32_t i = 2; i < 22; ++i) {
    const std::string name = ip_address::from_v4(0x0a00'0000 + i).to_string();
    CHECK(watch.changes[name] == "uu");  // up, and unknown
    CHECK(watch.behind[name] == "10.0.0.1 icmp");
    CHECK(watch.engine->state_of(i - 1).now_is() == health::unknown);
  }
  watch.network.turn_weather({});
  watch.pass(3min);
  CHECK(watch.changes["10.0.0.1 icmp"] == "udu");
  CHECK(watch.changes["10.0.0.5"] == "uuu");
  watch.end();
}

TEST_CASE("what is down though all before it is well is down") {
  simulated_watch watch;
  auto router = group_of(10s);
  router->name = "router";
  watch.add(1, router);
  auto behind = group_of(10s);
  behind->name = "behind";
  behind->after = {"router"};
  const target absent{ip_address::from_v4(0x0a09'0909)};
  watch.network.peers_at[absent.address()].refused = 1;
  const auto tcp = std::make_shared<tcp_spec>();
  tcp->ports = {80};
  watch.plan.checks.push_back({"absent", behind, absent, tcp, 0});
  watch.begin();
  watch.pass(1min);
  watch.end();
  CHECK(watch.changes["absent"] == "d");
  CHECK(watch.behind["absent"].empty());
}

TEST_CASE("a watch ends by itself when its time is over") {
  simulated_watch watch{{.delay_max = 1ms}};
  watch.plan.run_deadline = 65s;
  watch.add(3, group_of(10s));
  watch.begin();
  watch.pass(70s);
  CHECK(watch.is_over);
  CHECK(watch.finished["10.0.0.1 icmp"].size() >= 6);
}
