// What Asio's per-operation cancellation does to each engine: the operation is ended and tells what
// it came to, and its caller remains cancelled.
#include "muster/for_each.hpp"
#include "muster/process.hpp"
#include "muster/run.hpp"
#include "muster/sweep.hpp"
#include "support/catch.hpp"

#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <sys/wait.h>

using namespace muster;
using asio::cancellation_type;
using asio::experimental::awaitable_operators::operator||;

namespace {

class deaf final : public run_observer {
  void on_task(const task_result&) override {}
};

/// How an operation ended, whichever it was.
struct end {
  bool cancelled = false;
  bool began = false;
};

asio::awaitable<void> wait_for_ever() {
  asio::steady_timer never{co_await asio::this_coro::executor,
                           asio::steady_timer::time_point::max()};
  co_await never.async_wait(asio::use_awaitable);
}

/// Every engine with something to do that would never end by itself.
struct engines {
  explicit engines(asio::io_context& context) {
    targets.add_feed("never fed");
    swept.emplace(context, sweep_options{}, targets, [](const probe_result&) {});
    run_options options;
    options.command = {"sleep", "10{#}"};  // the target itself would be one more argument
    for_run.add_text("127.0.0.1");
    run.emplace(context, std::move(options), for_run, observer);
  }

  target_stream targets;
  target_stream for_run;
  deaf observer;
  std::optional<sweep> swept;
  std::optional<command_run> run;
};

asio::awaitable<end> run_a_process(engines&) {
  const process_result result = co_await run_process({"sleep", "100"});
  co_return end{result.status == status::cancelled && result.reason == reason::interrupted,
                result.started};
}

asio::awaitable<end> sweep_all(engines& own) {
  const sweep_summary sum = co_await own.swept->run();
  co_return end{sum.stop_reason == reason::interrupted, sum.asked > 0};
}

asio::awaitable<end> run_commands(engines& own) {
  const run_summary sum = co_await own.run->run();
  CHECK(sum.asked == sum.totals.total());
  co_return end{sum.stop_reason == reason::interrupted, sum.tasks > 0};
}

asio::awaitable<end> do_for_each(engines&) {
  const auto next = [] { return std::optional<int>{1}; };
  const auto item = [](int) { return wait_for_ever(); };
  const limits cap{.max_in_flight = 3};
  const for_each_summary sum = co_await for_each(next, cap, item);
  CHECK(sum.started == sum.completed + sum.failed);
  co_return end{sum.cancelled, sum.started > 0};
}

using engine_call = asio::awaitable<end> (*)(engines&);

engine_call any_engine() {
  return GENERATE(&run_a_process, &sweep_all, &run_commands, &do_for_each);
}

void check_that_no_child_is_left() {
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

/// A caller that awaits an engine and then something else.
struct caller {
  explicit caller(engine_call call) : called{call} {}

  asio::awaitable<void> await_and_go_on() {
    ended = co_await called(own);
    throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::post(context, asio::use_awaitable);
    went_on = true;
  }
  asio::awaitable<void> await_all_kinds() {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation{});
    co_await await_and_go_on();
  }
  asio::awaitable<void> await_when_cancelled() {
    co_await asio::this_coro::throw_if_cancelled(false);
    signal.emit(cancellation_type::terminal);
    ended = co_await called(own);
    throws = co_await asio::this_coro::throw_if_cancelled();
  }
  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(context, std::move(work),
                   asio::bind_cancellation_slot(signal.slot(), [this](std::exception_ptr error) {
                     over = true;
                     failure = error;
                   }));
  }
  void check_that_it_was_told() const {
    CHECK(over);
    CHECK_FALSE(went_on);
    REQUIRE(failure);
    try {
      std::rethrow_exception(failure);
    } catch (const std::system_error& error) {
      CHECK(error.code() == asio::error::operation_aborted);
    }
  }

  engine_call called;
  asio::cancellation_signal signal;
  asio::io_context context{1};
  engines own{context};
  std::optional<end> ended;
  std::exception_ptr failure;
  bool throws = false;
  bool went_on = false;
  bool over = false;
};

}  // namespace

TEST_CASE("a cancelled operation tells what it came to, and its caller is still cancelled") {
  caller here{any_engine()};
  here.spawn(here.await_and_go_on());
  here.context.poll();
  here.signal.emit(cancellation_type::terminal);
  here.context.run();
  REQUIRE(here.ended);
  CHECK(here.ended->cancelled);
  CHECK(here.throws);
  here.check_that_it_was_told();
  check_that_no_child_is_left();
}

TEST_CASE("an operation hears of no more than its caller's cancellation state lets through") {
  caller here{any_engine()};
  here.spawn(here.await_and_go_on());
  here.context.poll();
  here.signal.emit(cancellation_type::partial);
  here.signal.emit(cancellation_type::total);
  here.context.poll();
  CHECK_FALSE(here.ended);
  here.signal.emit(cancellation_type::terminal);
  here.context.run();
  here.check_that_it_was_told();
}

TEST_CASE("a partial cancellation ends an operation, where its caller hears of it") {
  caller here{any_engine()};
  here.spawn(here.await_all_kinds());
  here.context.poll();
  here.signal.emit(cancellation_type::partial);
  here.context.run();
  REQUIRE(here.ended);
  CHECK(here.ended->cancelled);
  here.check_that_it_was_told();
}

TEST_CASE("what has effects can't be cancelled in total: it goes on, and its caller is told") {
  const engine_call call = GENERATE(&run_a_process, &sweep_all, &run_commands);
  caller here{call};
  here.spawn(here.await_all_kinds());
  here.context.poll();
  here.signal.emit(cancellation_type::total);
  here.context.poll();
  CHECK_FALSE(here.ended);
  here.signal.emit(cancellation_type::terminal);
  here.context.run();
  REQUIRE(here.ended);
  CHECK(here.ended->cancelled);
  here.check_that_it_was_told();
}

namespace {

asio::awaitable<void> await_a_short_process(std::optional<process_result>& result, bool& went_on) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation{});
  result = co_await run_process({"true"});
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  went_on = true;
}

}  // namespace

TEST_CASE(
    "a process whose caller was cancelled in total ends as it would, and the caller is told") {
  asio::io_context context{1};
  asio::cancellation_signal signal;
  std::optional<process_result> result;
  std::exception_ptr failure;
  bool went_on = false;
  asio::co_spawn(context, await_a_short_process(result, went_on),
                 asio::bind_cancellation_slot(signal.slot(),
                                              [&](std::exception_ptr error) { failure = error; }));
  context.run_one();
  signal.emit(cancellation_type::total);
  context.run();
  REQUIRE(result);
  CHECK(result->status == status::up);
  CHECK(failure);
  CHECK_FALSE(went_on);
}

TEST_CASE("an operation of a caller that was cancelled before begins nothing") {
  caller here{any_engine()};
  here.spawn(here.await_when_cancelled());
  here.context.run();
  CHECK(here.over);
  CHECK_FALSE(here.failure);
  REQUIRE(here.ended);
  CHECK(here.ended->cancelled);
  CHECK_FALSE(here.ended->began);
  CHECK_FALSE(here.throws);
}

TEST_CASE("an operation may be cancelled after any step, once or again, and its caller is told") {
  const engine_call call = any_engine();
  const int times = GENERATE(1, 3);
  for (int steps = 0; steps < 12; ++steps) {
    caller here{call};
    here.spawn(here.await_and_go_on());
    for (int step = 0; step < steps; ++step)
      here.context.poll_one();
    for (int i = 0; i < times; ++i) {
      here.signal.emit(cancellation_type::terminal);
      here.context.poll_one();
    }
    here.context.run();
    here.check_that_it_was_told();
    // Cancelled before its first step, a coroutine never begins.
    CHECK((here.ended ? here.ended->cancelled : steps == 0));
  }
  check_that_no_child_is_left();
}

// ---- With Asio's own timeouts

namespace {

asio::awaitable<void> wait_for(asio::steady_timer& timer) {
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> race(engine_call call, engines& own, asio::steady_timer& timer,
                           std::optional<std::size_t>& winner, bool& went_on) {
  const auto first = co_await (call(own) || wait_for(timer));
  winner = first.index();
  co_await asio::post(timer.get_executor(), asio::use_awaitable);
  went_on = true;
}

asio::awaitable<void> time_out(engine_call call, engines& own, std::optional<std::size_t>& winner,
                               bool& went_on) {
  asio::steady_timer soon{co_await asio::this_coro::executor, std::chrono::milliseconds{1}};
  const auto first = co_await (call(own) || wait_for(soon));
  winner = first.index();
  co_await asio::post(soon.get_executor(), asio::use_awaitable);
  went_on = true;
}

asio::awaitable<end> run_true() {
  const process_result result = co_await run_process({"true"});
  co_return end{result.status == status::cancelled, result.status == status::up};
}

asio::awaitable<void> in_time(bool& was_in_time) {
  const auto first = co_await (run_true() || wait_for_ever());
  was_in_time = first.index() == 0 && std::get<0>(first).began;
}

}  // namespace

TEST_CASE("an operation whose time is up by Asio's operators is ended, and the timeout wins") {
  const engine_call call = any_engine();
  asio::io_context context{1};
  engines own{context};
  std::optional<std::size_t> winner;
  bool went_on = false;
  asio::co_spawn(context, time_out(call, own, winner, went_on),
                 [](std::exception_ptr error) { CHECK_FALSE(error); });
  context.run();
  CHECK(winner == 1);
  CHECK(went_on);
  check_that_no_child_is_left();
}

TEST_CASE("an operation that is in time wins over its timeout, which is cancelled") {
  asio::io_context context{1};
  bool was_in_time = false;
  asio::co_spawn(context, in_time(was_in_time),
                 [](std::exception_ptr error) { CHECK_FALSE(error); });
  context.run();
  CHECK(was_in_time);
}

TEST_CASE("whoever waits for an operation or its timeout can be cancelled, and both end") {
  const engine_call call = any_engine();
  asio::io_context context{1};
  engines own{context};
  asio::steady_timer timer{context, asio::steady_timer::time_point::max()};
  asio::cancellation_signal signal;
  std::optional<std::size_t> winner;
  bool went_on = false;
  std::exception_ptr failure;
  asio::co_spawn(context, race(call, own, timer, winner, went_on),
                 asio::bind_cancellation_slot(signal.slot(),
                                              [&](std::exception_ptr error) { failure = error; }));
  context.poll();
  signal.emit(cancellation_type::terminal);
  context.run();
  CHECK(failure);
  CHECK_FALSE(went_on);
  check_that_no_child_is_left();
}
