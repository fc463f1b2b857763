// After the last result nothing of muster's keeps an io_context at work. No clock is asked: when
// all handlers that are ready have been called, the context has run out of work or it has not.
#include "muster/detail/asio_compat.hpp"
#include "muster/for_each.hpp"
#include "muster/probe/exec.hpp"
#include "muster/process.hpp"
#include "muster/resolver.hpp"
#include "muster/run.hpp"
#include "muster/sweep.hpp"
#include "support/catch.hpp"
#include "support/hostile_server.hpp"
#include "support/loopback.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

using namespace muster;
using namespace std::chrono_literals;

namespace {

/// A name server that never answers.
class silent_name_server {
 public:
  resolver_options options() const {
    resolver_options options;
    options.servers = {"127.0.0.1:" + std::to_string(socket_.local_endpoint().port())};
    options.hosts_file = options.config_file = "/dev/null";
    return options;
  }

 private:
  asio::io_context context_;
  asio::ip::udp::socket socket_{context_, {asio::ip::address_v4::loopback(), 0}};
};

/// Runs until `done`, and whatever is ready then.
template <class Done>
void check_that_loop_ends(asio::io_context& context, Done done) {
  while (!done() && context.run_one() > 0) {
  }
  CHECK(done());
  context.poll();
  CHECK(context.stopped());
}

struct sweep_world {
  explicit sweep_world(const std::string& subject, sweep_options options = {}) {
    targets.add_text(subject);
    swept.emplace(context, std::move(options), targets,
                  [this](const probe_result& result) { last = result.status; });
    asio::co_spawn(context, swept->run(),
                   [this](std::exception_ptr, sweep_summary sum) { summary = std::move(sum); });
  }
  void check() {
    check_that_loop_ends(context, [this] { return summary.has_value(); });
  }

  asio::io_context context{1};
  target_stream targets;
  std::optional<sweep> swept;
  std::optional<sweep_summary> summary;
  std::optional<status> last;
};

}  // namespace

TEST_CASE("a loop ends with its sweep: refused connections") {
  const test::closed_port port;
  sweep_world here{"127.0.0.1:" + port.text()};
  here.check();
  CHECK(here.last == status::refused);
}

TEST_CASE("a loop ends with its sweep: echo requests") {
  sweep_world here{"127.0.0.1-127.0.0.9"};
  here.check();
  if (!here.swept->problem().empty()) MUSTER_SKIP("needs the right to send echo requests");
  CHECK(here.summary->totals.of(status::up) == 9);
  CHECK_FALSE(here.swept->icmp_mode().empty());
}

TEST_CASE("a loop ends with its sweep: a web server that keeps silent") {
  const test::hostile_server silent{test::hostile_script::silent()};
  sweep_options options;
  options.probe.timeout = 5ms;
  sweep_world here{silent.url(), options};
  here.check();
  CHECK(here.last == status::timeout);
}

TEST_CASE("a loop ends with its sweep: a name that nobody resolves in time") {
  const silent_name_server names;
  sweep_options options;
  options.probe.timeout = 5ms;
  options.probe.resolver = names.options();
  sweep_world here{"silent.test:1", options};
  here.check();
  CHECK(here.last == status::name_error);
}

TEST_CASE("a loop ends with its sweep: plugins, tries and deadlines") {
  sweep_options options;
  options.plan.of<exec_spec>().commands = {{"false"}, {"true"}};
  options.retries = 1;
  options.backoff = 1ms;
  options.run_deadline = 1h;
  options.host_timeout = 1h;
  sweep_world here{"127.0.0.1", options};
  here.check();
  CHECK(here.summary->totals.total() == 2);
}

TEST_CASE("a loop ends with its sweep: a run that was stopped, with its names under way") {
  const silent_name_server names;
  sweep_options options;
  options.probe.resolver = names.options();
  sweep_world here{"silent.test:1", options};
  for (int i = 0; i < 5; ++i)
    here.context.poll_one();
  here.swept->stop(reason::interrupted);
  here.check();
  CHECK(here.last == status::cancelled);
}

TEST_CASE("a loop ends with its process, its timeout and grace notwithstanding") {
  asio::io_context context{1};
  process_options options;
  options.timeout = 1h;
  options.grace = 1h;
  std::optional<process_result> result;
  asio::co_spawn(context, run_process({"echo", "x"}, options),
                 [&](std::exception_ptr, process_result value) { result = std::move(value); });
  check_that_loop_ends(context, [&] { return result.has_value(); });
  CHECK(result->output == "x\n");
}

namespace {

class last_status final : public run_observer {
 public:
  void on_task(const task_result& result) override { last = result.status; }
  std::optional<status> last;
};

}  // namespace

TEST_CASE("a loop ends with its run of commands: limits, tries, batches and names") {
  asio::io_context context{1};
  target_stream targets;
  targets.add_text("localhost");
  targets.add_text("127.0.0.1-127.0.0.5");
  last_status seen;
  run_options options;
  const bool batches = GENERATE(false, true);
  options.command = {"/bin/sh", "-c", "exit 1", "sh", batches ? "{}" : "{address}"};
  options.batch_max = batches ? 4 : 1;
  options.rate = 1000;
  options.retries = 1;
  options.backoff = 1ms;
  options.run_deadline = 1h;
  options.process.timeout = 1h;
  command_run run{context, std::move(options), targets, seen};
  std::optional<run_summary> summary;
  asio::co_spawn(context, run.run(),
                 [&](std::exception_ptr, run_summary sum) { summary = std::move(sum); });
  check_that_loop_ends(context, [&] { return summary.has_value(); });
  CHECK(seen.last == status::mismatch);
  CHECK(summary->asked == 6);
}

namespace {

asio::awaitable<void> step(int) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

}  // namespace

TEST_CASE("a loop ends with its for_each, whose idle coroutines end, too") {
  asio::io_context context{1};
  int at = 0;
  const auto next = [&at]() -> std::optional<int> {
    if (at == 100) return std::nullopt;
    return at++;
  };
  const limits cap{.max_in_flight = 10, .rate = 1e6};
  std::optional<for_each_summary> summary;
  asio::co_spawn(context, for_each(next, cap, step),
                 [&](std::exception_ptr, for_each_summary sum) { summary = sum; });
  check_that_loop_ends(context, [&] { return summary.has_value(); });
  CHECK(summary->completed == 100);
}

TEST_CASE("a loop ends with the last wait for a resolver, be it cancelled or the resolver's end") {
  asio::io_context context{1};
  const silent_name_server server;
  std::optional<resolver> names;
  names.emplace(context, server.options());
  asio::cancellation_signal first;
  asio::cancellation_signal second;
  int told = 0;
  const auto hear = [&](std::error_code, const lookup_answer&) { ++told; };
  names->async_resolve("a.test", asio::bind_cancellation_slot(first.slot(), hear));
  names->async_resolve("b.test", asio::bind_cancellation_slot(second.slot(), hear));
  context.poll();
  first.emit(asio::cancellation_type::terminal);
  context.poll();
  CHECK(told == 1);
  CHECK_FALSE(context.stopped());
  const bool cancelled = GENERATE(true, false);
  if (cancelled) {
    second.emit(asio::cancellation_type::terminal);
  } else {
    names.reset();
  }
  check_that_loop_ends(context, [&] { return told == 2; });
}
