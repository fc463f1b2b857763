// Probes that a program brings itself.
#include "muster/probe/own.hpp"
#include "support/catch.hpp"
#include "sweep_world.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

namespace {

asio::awaitable<own_answer> say_hello(target subject) {
  own_answer answer;
  answer.text = "hello from " + subject.to_string();
  answer.rtt = 5ms;
  co_return answer;
}

asio::awaitable<own_answer> wait_long(target) {
  asio::steady_timer timer{co_await asio::this_coro::executor, 1h};
  co_await timer.async_wait(asio::use_awaitable);
  co_return own_answer{};
}

/// Whoever counts the coroutines that are there.
struct counted {
  explicit counted(int& all_) : all{all_} { ++all; }
  counted(const counted&) = delete;
  ~counted() { --all; }
  int& all;
};

sweep_options asking(std::function<asio::awaitable<own_answer>(target)> ask) {
  sweep_options options;
  options.probe.timeout = 200ms;
  options.plan.of<own_spec>().questions = {{"a question", std::move(ask)}};
  return options;
}

}  // namespace

TEST_CASE("a probe of one's own is counted, and goes to the sinks, as all are") {
  test::world here{{"192.0.2.0/29"}, asking(say_hello)};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.summary->totals.of(status::up) == 6);
  CHECK(here.summary->totals.rtt().max() == 5ms);
  CHECK(here.reported() == 6);
}

TEST_CASE("its record has its name and its text") {
  asio::io_context context;
  target_stream targets;
  targets.add_text("192.0.2.7:25");
  std::string line;
  sweep subject{context, asking(say_hello), targets, [&](const probe_result& result) {
                  REQUIRE(result.kind == probe_kind::own);
                  const auto* const own = result.details.get<own_details>();
                  REQUIRE(own);
                  line = own->name + ": " + own->text;
                }};
  asio::co_spawn(context, subject.run(), [](std::exception_ptr, sweep_summary) {});
  context.run();
  CHECK(line == "a question: hello from 192.0.2.7:25");
}

TEST_CASE("when its time is up it is cancelled, and has ended before its timeout is told") {
  int there = 0;
  test::world here{{"192.0.2.1", "192.0.2.2"}, asking([&](target subject) {
                     return [](int& all, target which) -> asio::awaitable<own_answer> {
                       const counted one{all};
                       co_return co_await wait_long(std::move(which));
                     }(there, std::move(subject));
                   })};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::timeout] == 2);
  CHECK(there == 0);
  CHECK(here.summary->elapsed >= 200ms);
}

TEST_CASE("what it throws is an outcome") {
  const auto thrown = [](auto error) {
    test::world here{{"192.0.2.1"}, asking([error](target) -> asio::awaitable<own_answer> {
                       return [](auto what) -> asio::awaitable<own_answer> {
                         throw what;
                         co_return own_answer{};
                       }(error);
                     })};
    here.run();
    REQUIRE(here.summary);
    REQUIRE(here.statuses.size() == 1);
    return here.statuses.begin()->first;
  };
  CHECK(thrown(std::system_error{ECONNREFUSED, std::system_category()}) == status::refused);
  CHECK(thrown(std::system_error{EHOSTUNREACH, std::system_category()}) == status::unreachable);
  CHECK(thrown(std::system_error{asio::error::connection_refused}) == status::refused);
  CHECK(thrown(std::system_error{asio::error::host_not_found}) == status::name_error);
  CHECK(thrown(std::system_error{asio::error::eof}) == status::reset);
  CHECK(thrown(std::runtime_error{"a mistake"}) == status::local_error);
  CHECK(thrown(7) == status::local_error);
}

TEST_CASE("a function that throws before there is a coroutine is an outcome as well") {
  test::world here{{"192.0.2.1", "192.0.2.2"}, asking([](target) -> asio::awaitable<own_answer> {
                     throw std::runtime_error{"not today"};
                   })};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::local_error] == 2);
}

TEST_CASE("its limits are those of the sweep") {
  int there = 0;
  int most = 0;
  sweep_options options = asking([&](target) {
    return [](int& all, int& peak) -> asio::awaitable<own_answer> {
      const counted one{all};
      peak = std::max(peak, all);
      asio::steady_timer timer{co_await asio::this_coro::executor, 1ms};
      co_await timer.async_wait(asio::use_awaitable);
      co_return own_answer{};
    }(there, most);
  });
  options.probe.in_flight_max = 3;
  test::world here{{"192.0.2.0/27"}, options};
  here.run();
  REQUIRE(here.summary);
  CHECK(here.statuses[status::up] == 30);
  CHECK(most == 3);
}

TEST_CASE("a try that met with silence is repeated") {
  int tries = 0;
  sweep_options options = asking([&](target subject) {
    return ++tries < 3 ? wait_long(std::move(subject)) : say_hello(std::move(subject));
  });
  options.probe.timeout = 20ms;
  options.retries = 2;
  options.backoff = 1ms;
  test::world here{{"192.0.2.1"}, options};
  here.run();
  CHECK(here.statuses[status::up] == 1);
  CHECK(tries == 3);
}

TEST_CASE("a sweep of probes of one's own may be stopped, or abandoned, after any step") {
  for (int steps = 0; steps < 30; ++steps) {
    for (const bool is_abandoned : {false, true}) {
      CAPTURE(steps, is_abandoned);
      int there = 0;
      sweep_options options = asking([&](target subject) {
        return [](int& all, target which) -> asio::awaitable<own_answer> {
          const counted one{all};
          if (which.address().v4() % 2 == 0) co_return co_await say_hello(std::move(which));
          co_return co_await wait_long(std::move(which));
        }(there, std::move(subject));
      });
      options.probe.timeout = 1h;
      options.probe.in_flight_max = 4;
      {
        test::world here{{"192.0.2.0/27"}, options};
        here.step(steps);
        if (is_abandoned) {
          here.subject.reset();
        } else {
          here.subject->stop(reason::interrupted);
          here.run();
          REQUIRE(here.summary);
          CHECK(here.summary->asked == here.summary->totals.total());
        }
      }
      CHECK(there == 0);
    }
  }
}
