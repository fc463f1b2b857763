#include "muster/run.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

namespace {

class collector final : public run_observer {
 public:
  void on_task(const task_result& result) override {
    targets += result.targets.size();
    sequences.push_back(result.sequence);
    batches.emplace_back();
    for (const target& one : result.targets)
      batches.back() += (batches.back().empty() ? "" : " ") + one.to_string();
  }
  void on_targets_wanted() override { ++wanted; }

  std::size_t targets = 0;
  int wanted = 0;
  std::vector<std::uint64_t> sequences;
  std::vector<std::string> batches;
};

/// A run of a few tasks, some of which fail, and one of which would take long. It alone has a short
/// timeout, which the others might need on a busy machine.
struct world {
  explicit world(run_options options = options_for_all()) {
    targets.add_feed("rows");
    targets.feed("target,timeout\n0,\n1,\n2,\n0,\n9,50ms\n");
    targets.end_feed();
    run.emplace(context, std::move(options), targets, seen);
  }

  static run_options options_for_all() {
    run_options options;
    options.command = {"/bin/sh", "-c", "[ {} != 9 ] || sleep 100; exit {}"};
    options.in_flight_max = 2;
    options.retries = 1;
    options.backoff = 1ms;
    options.process.grace = 50ms;
    options.ordered = true;
    return options;
  }
  static target_stream_options lines() {
    target_stream_options options;
    options.any_line = true;
    return options;
  }
  static target_stream_options rows() {
    target_stream_options options = lines();
    options.format = input_format::csv;
    options.keep_columns = true;
    return options;
  }

  void start() {
    asio::co_spawn(context, run->run(),
                   [this](std::exception_ptr, run_summary value) { summary = std::move(value); });
  }
  void check_accounts() const {
    REQUIRE(summary);
    CHECK(summary->asked == summary->totals.total());
    CHECK(seen.targets == summary->asked);
  }

  target_stream targets{rows()};
  collector seen;
  std::optional<run_summary> summary;
  asio::io_context context{1};
  std::optional<command_run> run;
};

std::size_t steps_of_a_whole_run() {
  world here;
  here.start();
  std::size_t steps = 0;
  while (here.context.run_one() > 0)
    ++steps;
  here.check_accounts();
  CHECK(here.summary->totals.of(status::up) == 2);
  CHECK(here.summary->totals.of(status::mismatch) == 2);
  CHECK(here.summary->totals.of(status::timeout) == 1);
  CHECK(here.summary->retries == 3);
  CHECK(here.seen.sequences == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
  return steps;
}

void check_that_no_child_is_left() {
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

}  // namespace

TEST_CASE("a run of commands may be stopped after any step, and accounts for what it began") {
  const std::size_t steps = steps_of_a_whole_run();
  for (std::size_t limit = 0; limit < steps; ++limit) {
    world here;
    here.start();
    for (std::size_t i = 0; i < limit; ++i)
      here.context.run_one();
    here.run->stop(reason::interrupted);
    here.context.run();
    here.check_accounts();
  }
  check_that_no_child_is_left();
}

TEST_CASE("a run of commands may be abandoned after any step, and leaves no process behind") {
  const std::size_t steps = steps_of_a_whole_run();
  for (std::size_t limit = 0; limit < steps; ++limit) {
    world here;
    here.start();
    for (std::size_t i = 0; i < limit; ++i)
      here.context.run_one();
  }
  check_that_no_child_is_left();
}

TEST_CASE("the tasks of a run that goes on are counted on, in their order, too") {
  run_options options = world::options_for_all();
  options.first_sequence = 1'000'000;
  world here{std::move(options)};
  here.start();
  here.context.run();
  here.check_accounts();
  CHECK(here.seen.sequences ==
        std::vector<std::uint64_t>{1'000'000, 1'000'001, 1'000'002, 1'000'003, 1'000'004});
}

TEST_CASE("a batch that waits for its turn takes the targets that come meanwhile") {
  const test::temporary_directory directory;
  const std::string gate = directory.file("gate");
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  const int opener = ::open(gate.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(opener >= 0);
  run_options options;
  options.command = {"/bin/sh", "-c", "[ $1 != a ] || read line < " + gate, "sh"};
  options.in_flight_max = 1;
  options.batch_max = 4;
  asio::io_context context{1};
  target_stream targets{world::lines()};
  targets.add_feed("feed");
  collector seen;
  command_run run{context, std::move(options), targets, seen};
  const auto feed = [&](const char* text) {
    targets.feed(text);
    run.targets_ready();
    context.poll();
  };
  std::optional<run_summary> summary;
  asio::co_spawn(context, run.run(),
                 [&summary](std::exception_ptr, run_summary value) { summary = std::move(value); });
  context.poll();
  for (const char* text : {"a\n", "b\n", "c\nd\n", "e\nf\n", "g\n"})
    feed(text);
  targets.end_feed();
  run.targets_ready();
  REQUIRE(::write(opener, "\n", 1) == 1);
  context.run();
  ::close(opener);
  CHECK(seen.batches == std::vector<std::string>{"a", "b c d e", "f g"});
  REQUIRE(summary);
  CHECK(summary->asked == 7);
  CHECK(summary->totals.of(status::up) == 7);
}

TEST_CASE("a run that is destroyed ends what runs, and its operation completes") {
  run_options options;
  options.command = {"/bin/sleep", "60"};
  asio::io_context context{1};
  target_stream targets;
  targets.add_text("10.0.0.1-10.0.0.3");
  collector seen;
  auto run =
      std::make_unique<command_run>(context.get_executor(), options, std::move(targets), seen);
  std::optional<run_summary> summary;
  run->async_run([&](std::exception_ptr, run_summary value) { summary = std::move(value); });
  while (run->progress().in_flight < 3)
    context.run_one();
  run.reset();
  CHECK_FALSE(summary);
  context.run();
  REQUIRE(summary);
  CHECK(summary->stop_reason == reason::interrupted);
  CHECK(summary->totals.of(status::cancelled) == 3);
  check_that_no_child_is_left();
}

TEST_CASE("cancelling a run of commands ends what runs, and it still gives its summary") {
  world here;
  asio::cancellation_signal signal;
  asio::co_spawn(
      here.context, here.run->run(),
      asio::bind_cancellation_slot(signal.slot(), [&here](std::exception_ptr, run_summary value) {
        here.summary = std::move(value);
      }));
  here.context.run_one();
  signal.emit(asio::cancellation_type::terminal);
  here.context.run();
  here.check_accounts();
  CHECK(here.summary->stop_reason == reason::interrupted);
}

TEST_CASE("options of a run that make no sense are refused") {
  const auto build = [](auto change) {
    run_options options = world::options_for_all();
    change(options);
    world here{std::move(options)};
  };
  CHECK_THROWS_AS(build([](run_options& o) { o.command.clear(); }), std::invalid_argument);
  CHECK_THROWS_AS(build([](run_options& o) { o.in_flight_max = 0; }), std::invalid_argument);
  CHECK_THROWS_AS(build([](run_options& o) { o.batch_min = 3; }), std::invalid_argument);
  CHECK_THROWS_AS(build([](run_options& o) { o.retries = 1000; }), std::invalid_argument);
  CHECK_THROWS_AS(build([](run_options& o) { o.backoff = -1s; }), std::invalid_argument);
  CHECK_THROWS_AS(build([](run_options& o) { o.refill = std::string(1, '('); }),
                  std::invalid_argument);
}
