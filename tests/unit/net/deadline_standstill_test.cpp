// A process that stands still, as after Ctrl-Z, takes no time from what it waits for.
#include "net/deadline_queue.hpp"
#include "net/probe_deadline.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

class step_under_way final : public cancellable {
 public:
  void cancel() override { ++times; }
  int times = 0;
};

}  // namespace

TEST_CASE(
    "what was armed when the process stood still is put off by as long as the alarm is late") {
  fake_timeline time;
  deadline_queue queue{time};
  const auto start = time.now();
  probe_deadline early{queue, {start, 1s}};
  probe_deadline late{queue, {start, 3s}};
  time.pass(10s);
  REQUIRE(time.ring_next());
  CHECK(early.ended() == ending::none);
  CHECK(late.ended() == ending::none);
  const auto lost = 10s - deadline_queue::heartbeat - deadline_queue::quantum - 1ns;
  CHECK(queue.lived().real(early.expires()) == start + 1s + lost);
  CHECK(queue.lived().real(late.expires()) == start + 3s + lost);
  CHECK(early.paused() == lost);
  while (early.ended() == ending::none)
    REQUIRE(time.ring_next());
  CHECK(time.now() == start + 1s + lost + deadline_queue::quantum);
  CHECK(late.ended() == ending::none);
  while (late.ended() == ending::none)
    REQUIRE(time.ring_next());
  CHECK(time.now() == start + 3s + lost + deadline_queue::quantum);
  CHECK_FALSE(time.ring_next());
}

TEST_CASE("an alarm that is a little late, as on a busy machine, puts nothing off") {
  fake_timeline time;
  deadline_queue queue{time};
  probe_deadline one{queue, {time.now(), 400ms}};
  time.pass(400ms + deadline_queue::quantum + deadline_queue::standstill_min - 1ns);
  REQUIRE(time.ring_next());
  CHECK(one.ended() == ending::expired);
  CHECK(one.paused() == 0s);
}

TEST_CASE("a standstill is noticed before what came meanwhile is looked at") {
  fake_timeline time;
  deadline_queue queue{time};
  const auto start = time.now();
  probe_deadline one{queue, {start, 1s}};
  time.pass(5s);
  queue.catch_up();
  const auto lost = 5s - deadline_queue::heartbeat - deadline_queue::quantum - 1ns;
  CHECK(one.paused() == lost);
  queue.catch_up();  // once is enough
  CHECK(queue.lived().real(one.expires()) == start + 1s + lost);
  one.end(ending::cancelled);
}

TEST_CASE("a clock that is stopped while the process stands still loses that time once") {
  fake_timeline time;
  deadline_queue queue{time};
  const auto start = time.now();
  probe_deadline waiting{queue, {start, 1s}};
  probe_deadline other{queue, {start, 1s}};
  waiting.pause();
  time.pass(5s);
  queue.catch_up();
  waiting.go_on();
  CHECK(waiting.paused() == 5s);
  CHECK(queue.lived().real(waiting.expires()) == start + 6s);
  other.end(ending::cancelled);
}

TEST_CASE("a standstill while deadlines expire puts off those that have not") {
  class stands_still final : public cancellable {
   public:
    explicit stands_still(fake_timeline& time) : time_{time} {}
    void cancel() override { time_.pass(5s); }

   private:
    fake_timeline& time_;
  };
  fake_timeline time;
  deadline_queue queue{time};
  int looks = 0;
  queue.on_before_expiry([&] { ++looks; });
  stands_still step{time};
  probe_deadline first{queue, {time.now(), 100ms}};
  probe_deadline::step marked{first, step};
  probe_deadline other{queue, {time.now(), 400ms}};
  REQUIRE(time.ring_next());
  REQUIRE(first.ended() == ending::expired);
  CHECK(other.paused() == 5s - 1ns);
  CHECK(looks == 2);
  other.end(ending::cancelled);
}

TEST_CASE("what has ended is not put off") {
  fake_timeline time;
  deadline_queue queue{time};
  step_under_way step;
  probe_deadline ended{queue, {time.now(), 1s}};
  probe_deadline::step marked{ended, step};
  ended.end(ending::cancelled);
  time.pass(5s);
  queue.catch_up();
  CHECK(step.times == 1);
}

TEST_CASE("a probe that starts right after a standstill does not hide it from those before it") {
  fake_timeline time;
  deadline_queue queue{time};
  const auto start = time.now();
  probe_deadline before{queue, {start, 1s}};
  time.pass(5s);
  probe_deadline after{queue, {time.now(), 1s}};
  const auto lost = 5s - deadline_queue::heartbeat - deadline_queue::quantum - 1ns;
  CHECK(before.paused() == lost);
  while (before.ended() == ending::none)
    REQUIRE(time.ring_next());
  CHECK(time.now() == start + 1s + lost + deadline_queue::quantum);
  CHECK(after.ended() == ending::none);
}
