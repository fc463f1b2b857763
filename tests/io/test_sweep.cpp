#include "engine/probe_cursor.hpp"
#include "muster/probe/icmp.hpp"
#include "muster/probe/tcp.hpp"
#include "muster/sweep.hpp"
#include "probe/plan_slots.hpp"
#include "probe/prober.hpp"
#include "support/catch.hpp"
#include "support/hostile_server.hpp"
#include "support/loopback.hpp"
#include "sweep_world.hpp"

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/system_executor.hpp>
#include <asio/use_future.hpp>

using namespace muster;
using muster::test::world;
using namespace std::chrono_literals;

namespace {

bool can_ping() {
  world trial{{"127.0.0.1"}};
  trial.run();
  return trial.statuses[status::up] == 1;
}

/// Names are asked of this machine only, where no name server is.
constexpr const char* no_name_server = "127.0.0.1:1";

/// Probes of every kind that end in every way, quickly.
std::vector<std::string> assorted(const test::hostile_server& silent,
                                  const test::hostile_server& talking) {
  return {"127.0.0.1",
          "127.0.0.2-127.0.0.9",
          "localhost",
          "no-such-host.invalid",
          "127.0.0.1:1",
          "localhost:1",
          "127.0.0.1:" + std::to_string(talking.port()),
          silent.url(),
          talking.url(),
          "http://localhost:1/"};
}

}  // namespace

TEST_CASE("every probe of every target is reported exactly once, and the sums agree") {
  sweep_options options;
  options.plan.of<tcp_spec>().ports = {1, 2, 3, 4, 5, 6, 7};
  options.per_host_max = GENERATE(0u, 1u, 2u, 4u, 100u);
  options.probe.in_flight_max = GENERATE(1u, 3u, 1000u);
  world here{{"127.0.1.0/26", "127.0.1.5", "127.0.1.5"}, options};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.summary->asked == 64 * 7);
  CHECK(here.summary->totals.total() == 64 * 7);
  CHECK(here.summary->in_flight_peak <= options.probe.in_flight_max);
  CHECK(here.results.size() == 62 * 7);
  for (const auto& [name, count] : here.results) {
    CHECK(count == (name.starts_with("127.0.1.5 ") ? 3 : 1));
  }
}

TEST_CASE("a sweep may be stopped after any step, and still accounts for what it began") {
  test::hostile_server silent{test::hostile_script::silent()};
  test::hostile_server talking{test::hostile_script::control_title()};
  for (int steps = 0; steps < 60; ++steps) {
    sweep_options options;
    options.probe.resolver.servers = {no_name_server};
    options.probe.timeout = 30s;
    options.retries = static_cast<unsigned>(steps % 3);
    options.backoff = 1ms;
    options.ordered = steps % 2 == 0;
    if (steps % 5 == 0) options.host_timeout = 20s;
    world here{assorted(silent, talking), options};
    bool idle = false;
    for (int i = 0; i < steps && !here.summary && !idle; ++i)
      idle = here.context.run_one_for(50ms) == 0;
    if (here.summary) break;
    const auto begun = std::chrono::steady_clock::now();
    here.subject->stop(reason::interrupted);
    here.run();
    REQUIRE(here.summary);
    CHECK(here.summary->asked == here.summary->totals.total());
    CHECK(static_cast<int>(here.summary->asked) == here.reported());
    CHECK(here.summary->stop_reason == reason::interrupted);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    if (idle) break;  // nothing but silence is left: further steps would be the same
  }
}

TEST_CASE("whatever ends a sweep that tries again and limits each target's time, all is reported") {
  test::hostile_server silent{test::hostile_script::silent()};
  test::hostile_server talking{test::hostile_script::control_title()};
  for (int i = 0; i < 12; ++i) {
    sweep_options options;
    options.probe.resolver.servers = {no_name_server};
    options.probe.timeout = 40ms;
    options.retries = static_cast<unsigned>(i % 4);
    options.backoff = 10ms;
    options.ordered = i % 2 == 0;
    if (i % 3 != 0) options.host_timeout = i % 3 == 1 ? 60ms : 1s;
    world here{assorted(silent, talking), options};
    here.run();
    REQUIRE(here.summary);
    CHECK(here.summary->asked == 17);
    CHECK(here.reported() == 17);
    CHECK(here.summary->totals.total() == 17);
  }
}

TEST_CASE("hosts that answer the first probe get the others, through the limits of each host") {
  if (!can_ping()) MUSTER_SKIP("needs the right to send echo requests");
  sweep_options options;
  options.plan.of<icmp_spec>().is_asked = true;
  options.plan.of<tcp_spec>().ports = {1, 2, 3, 4, 5, 6, 7};
  options.alive_first = true;
  options.ordered = GENERATE(false, true);
  options.per_host_max = GENERATE(0u, 1u, 3u);
  world here{{"127.0.1.0/26", "127.0.1.5"}, options};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.summary->asked == 63 * 8);
  CHECK(here.reported() == 63 * 8);
  CHECK(here.statuses[status::up] == 63);
  CHECK(here.statuses[status::refused] == 63 * 7);
}

TEST_CASE("cancelling the awaitable stops the sweep in order") {
  test::hostile_server silent{test::hostile_script::silent()};
  sweep_options options;
  options.probe.timeout = 30s;
  world here{{silent.url()}, options};
  for (int i = 0; i < 3; ++i)
    here.context.run_one_for(50ms);
  here.cancel.emit(asio::cancellation_type::terminal);
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::cancelled] == 1);
  CHECK(here.summary->stop_reason == reason::interrupted);
}

TEST_CASE("a sweep is started with any completion token, and not from inside the call") {
  asio::io_context context;
  target_stream targets;
  targets.add_text("0.0.0.0");  // which is skipped, at once
  sweep subject{context, {}, targets, [](const probe_result&) {}};
  std::optional<sweep_summary> handled;
  SECTION("a handler") {
    subject.async_run([&](std::exception_ptr, sweep_summary sum) { handled = std::move(sum); });
    CHECK_FALSE(handled);
    context.run();
  }
  SECTION("a future") {
    std::future<sweep_summary> sum = subject.async_run(asio::use_future);
    context.run();
    handled = sum.get();
  }
  REQUIRE(handled);
  CHECK(handled->totals.of(status::skipped) == 1);
}

TEST_CASE("cancelling an operation that was started with a token stops the sweep in order") {
  test::hostile_server silent{test::hostile_script::silent()};
  asio::io_context context;
  target_stream targets;
  targets.add_text(silent.url());
  sweep subject{context, {}, targets, [](const probe_result&) {}};
  asio::cancellation_signal cancel;
  std::optional<sweep_summary> handled;
  subject.async_run(asio::bind_cancellation_slot(
      cancel.slot(), [&](std::exception_ptr, sweep_summary sum) { handled = std::move(sum); }));
  while (subject.progress().in_flight == 0)
    context.run_one();
  cancel.emit(asio::cancellation_type::terminal);
  context.run();
  REQUIRE(handled);
  CHECK(handled->totals.of(status::cancelled) == 1);
}

TEST_CASE("a sweep that is destroyed while it runs is stopped, and its operation completes") {
  test::hostile_server silent{test::hostile_script::silent()};
  asio::io_context context;
  target_stream targets;
  targets.add_text(silent.url());
  std::vector<status> told;
  auto subject = std::make_unique<sweep>(
      context.get_executor(), sweep_options{}, std::move(targets),
      [&told](const probe_result& result) { told.push_back(result.status); });
  CHECK(subject->get_executor() == context.get_executor());
  std::optional<sweep_summary> handled;
  subject->async_run([&](std::exception_ptr, sweep_summary sum) { handled = std::move(sum); });
  SECTION("before it has begun") {}
  SECTION("with a probe in flight") {
    while (subject->progress().in_flight == 0)
      context.run_one();
  }
  subject.reset();
  CHECK(told.empty());
  CHECK_FALSE(handled);
  context.run();
  REQUIRE(handled);
  CHECK(handled->stop_reason == reason::interrupted);
  CHECK(handled->asked == told.size());
  CHECK(handled->totals.of(status::cancelled) == told.size());
}

TEST_CASE("a sweep on any other executor than an io_context's is refused") {
  const auto make = [] { sweep{asio::system_executor{}, {}, target_stream{}, {}}; };
  CHECK_THROWS_AS(make(), std::invalid_argument);
}

TEST_CASE("a sweep may be abandoned after any step") {
  test::hostile_server silent{test::hostile_script::silent()};
  test::hostile_server talking{test::hostile_script::control_title()};
  for (int steps = 0; steps < 80; ++steps) {
    sweep_options options;
    options.probe.resolver.servers = {no_name_server};
    options.probe.timeout = 300ms;
    options.plan.of<icmp_spec>().count = steps % 2 == 0 ? 1 : 2;
    options.plan.of<icmp_spec>().interval = 1ms;
    options.retries = static_cast<unsigned>(steps % 3);
    options.backoff = 1ms;
    options.ordered = steps % 2 == 0;
    if (steps % 5 == 0) options.host_timeout = 100ms;
    world here{assorted(silent, talking), options};
    for (int i = 0; i < steps && !here.summary; ++i)
      here.context.run_one_for(50ms);
    SUCCEED();  // what is in flight is destroyed here, then the loop with its handlers
  }
}

TEST_CASE("probes may be abandoned after any step, and the loop goes on without them") {
  test::hostile_server silent{test::hostile_script::silent()};
  test::hostile_server talking{test::hostile_script::control_title()};
  struct counter final : result_consumer {
    void on_result(probe_result&&) override { ++results; }
    void on_reply(probe_kind, std::chrono::nanoseconds) override {}
    int results = 0;
  };
  for (int steps = 0; steps < 60; ++steps) {
    asio::io_context context;
    target_stream targets;
    for (const std::string& text : assorted(silent, talking))
      targets.add_text(text);
    const exclude_set nothing;
    counter consumer;
    probe_options options;
    options.resolver.servers = {no_name_server};
    options.timeout = 300ms;
    system_world outside{context};
    const probe_plan plan;
    auto subject = std::make_unique<prober>(context, outside, options, plan, nothing, consumer);
    for (target one; targets.next(one) == target_stream::pull::target;) {
      probe_request request = plan_slots{plan, false}.request(one, 0);
      subject->start(std::move(request));
    }
    for (int i = 0; i < steps && context.run_one_for(5ms) > 0; ++i) {
    }
    subject.reset();
    const int results = consumer.results;
    context.restart();
    context.poll();
    CHECK(consumer.results == results);
  }
}

TEST_CASE("the run's deadline ends it, with what was in flight cancelled for that reason") {
  test::hostile_server silent{test::hostile_script::silent()};
  sweep_options options;
  options.probe.timeout = 30s;
  options.run_deadline = 50ms;
  world here{{silent.url()}, options};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.summary->stop_reason == reason::run_deadline);
  CHECK(here.statuses[status::cancelled] == 1);
  CHECK(here.summary->elapsed >= 50ms);
}

TEST_CASE("a timeout runs from the probe's start, not from when it began to wait for a permit") {
  test::hostile_server silent{test::hostile_script::silent()};
  sweep_options options;
  options.probe.timeout = 60ms;
  options.probe.in_flight_max = 1;
  options.per_host_max = 0;
  world here{{silent.url(), silent.url() + "2", silent.url() + "3"}, options};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::timeout] == 3);
  CHECK(here.summary->elapsed >= 180ms);
}

TEST_CASE("targets may be fed while the sweep runs") {
  world here{{}};
  here.subject.reset();  // it has ended: there was no source
  asio::io_context context;
  target_stream targets;
  targets.add_feed("test");
  int results = 0;
  int wanted = 0;
  std::optional<sweep_summary> summary;
  sweep subject{context, {}, targets, [&](const probe_result&) { ++results; }};
  subject.on_targets_wanted([&] { ++wanted; });
  asio::co_spawn(context, subject.run(),
                 [&](std::exception_ptr, sweep_summary got) { summary = std::move(got); });
  context.poll();
  CHECK(wanted == 1);
  targets.feed("127.0.0.1:1\n127.0.0.2");
  subject.targets_ready();
  while (results < 1)
    context.run_one();
  CHECK(results == 1);
  targets.feed(":1\n");
  targets.end_feed();
  subject.targets_ready();
  while (!summary)
    context.run_one();
  CHECK(results == 2);
}

TEST_CASE("several echo requests to many hosts are spaced by their interval") {
  if (!can_ping()) MUSTER_SKIP("needs the right to send echo requests");
  sweep_options options;
  options.plan.of<icmp_spec>().count = 3;
  options.plan.of<icmp_spec>().interval = 20ms;
  world here{{"127.0.2.1-127.0.2.100"}, options};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::up] == 100);
  CHECK(here.summary->totals.packets_sent() == 300);
  CHECK(here.summary->totals.packets_received() == 300);
  CHECK(here.summary->elapsed >= 40ms);
}

TEST_CASE("replies dropped by a full receive buffer are noticed and asked for again") {
  asio::io_context context;
  target_stream targets;
  targets.add_text("127.9.0.0/22");
  sweep_options options;
  options.rate = 0;
  options.probe.timeout = 1s;  // more than a busy machine stands still within a call
  options.plan.of<icmp_spec>().receive_buffer_bytes = 4096;  // a dozen replies
  std::optional<sweep_summary> summary;
  sweep subject{context, options, targets, [](const probe_result&) {}};
  asio::co_spawn(context, subject.run(), [&](std::exception_ptr failure, sweep_summary sum) {
    REQUIRE_FALSE(failure);
    summary = std::move(sum);
  });
  context.run();
  REQUIRE(summary);
  if (!subject.problem().empty()) MUSTER_SKIP("needs the right to send echo requests");
  CHECK(summary->strays.dropped > 0);
  CHECK(summary->strays.asked_again > 0);
  CHECK(summary->totals.of(status::up) == 1'022);
}
