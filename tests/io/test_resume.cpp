#include "net/job.hpp"
#include "net/resume.hpp"
#include "support/catch.hpp"

#include <memory>
#include <optional>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

using namespace muster;

namespace {

struct trace {
  int begun = 0;
  int resumed = 0;
  int destroyed = 0;
};

struct mark_destroyed {
  explicit mark_destroyed(trace& to_) : to{to_} {}
  mark_destroyed(const mark_destroyed&) = delete;
  ~mark_destroyed() { ++to.destroyed; }
  trace& to;
};

job wait_three_times(job_scope&, asio::io_context& context, trace& seen) {
  const mark_destroyed mark{seen};
  ++seen.begun;
  for (int i = 0; i < 3; ++i) {
    co_await asio::post(context, resume);
    ++seen.resumed;
  }
}

job wait_for_timer(job_scope&, asio::steady_timer& timer, std::optional<std::error_code>& got) {
  auto [error] = co_await timer.async_wait(resume);
  got = error;
}

}  // namespace

TEST_CASE("a job runs at once to its first wait, and frees itself at its end") {
  asio::io_context context;
  job_scope scope;
  trace seen;
  wait_three_times(scope, context, seen);
  CHECK(seen.begun == 1);
  CHECK(seen.resumed == 0);
  CHECK_FALSE(scope.empty());
  context.run();
  CHECK(seen.resumed == 3);
  CHECK(seen.destroyed == 1);
  CHECK(scope.empty());
}

TEST_CASE("an operation's results come out as a tuple") {
  asio::io_context context;
  std::optional<std::error_code> got;
  asio::steady_timer timer{context, std::chrono::hours{1}};
  job_scope scope;
  wait_for_timer(scope, timer, got);
  context.poll();
  CHECK_FALSE(got.has_value());
  timer.cancel();
  context.restart();
  context.run();
  CHECK(got == asio::error::operation_aborted);
}

TEST_CASE("a job that is destroyed while it waits is not resumed by the operation's end") {
  for (int steps = 0; steps <= 3; ++steps) {
    asio::io_context context;
    trace seen;
    auto scope = std::make_unique<job_scope>();
    wait_three_times(*scope, context, seen);
    for (int i = 0; i < steps; ++i)
      context.run_one();
    scope.reset();
    CHECK(seen.destroyed == 1);
    context.restart();
    context.run();
    CHECK(seen.resumed == steps);
  }
}

TEST_CASE("a loop that ends first leaves the job to its scope") {
  for (int steps = 0; steps <= 3; ++steps) {
    trace seen;
    job_scope scope;
    {
      asio::io_context context;
      wait_three_times(scope, context, seen);
      for (int i = 0; i < steps; ++i)
        context.run_one();
    }
    CHECK(seen.resumed == steps);
    scope.destroy_all();
    CHECK(seen.destroyed == 1);
  }
}
