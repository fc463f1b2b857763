#include "net/shortage.hpp"

#include "net/shortage_step.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <cerrno>
#include <memory>
#include <string>

using namespace muster;
using namespace std::chrono_literals;

namespace {

/// Tries to take one of `left`; queues again while there is none.
class customer final : public shortage::waiter {
 public:
  customer(shortage& line, int& left, std::string& log, char name,
           scarce_resource what = scarce_resource::ports)
      : line_{line}, left_{left}, log_{log}, name_{name}, what_{what} {
    line_.queue(*this, what_, true);
  }

 private:
  void try_again() override {
    if (left_ > 0) {
      --left_;
      log_ += name_;
      line_.taken();
    } else if (line_.hopeless()) {
      log_ += static_cast<char>(name_ - 'a' + 'A');
    } else {
      line_.queue(*this, what_, false);
    }
  }

  shortage& line_;
  int& left_;
  std::string& log_;
  char name_;
  scarce_resource what_;
};

job wait_out_shortage(job_scope&, shortage& line, probe_deadline& whole, int& done) {
  shortage_pause pause{line, whole, scarce_resource::memory, false};
  co_await pause;
  ++done;
}

/// Lets everything happen, and says how often something did.
int run(test::fake_timeline& time) {
  int rings = 0;
  while (time.ring_next())
    ++rings;
  return rings;
}

}  // namespace

TEST_CASE("errors that pass by are told from those that don't") {
  CHECK(shortage_of(EMFILE) == scarce_resource::descriptors);
  CHECK(shortage_of(ENFILE) == scarce_resource::descriptors);
  for (const int error : {ENOBUFS, ENOMEM, EAGAIN, ENOSPC})
    CHECK(shortage_of(error) == scarce_resource::memory);
  for (const int error : {0, EACCES, EPERM, ECONNREFUSED, EAFNOSUPPORT, EADDRNOTAVAIL})
    CHECK(shortage_of(error) == scarce_resource::none);
}

TEST_CASE("those who wait get what comes back, first come, first served") {
  test::fake_timeline time;
  shortage line{time};
  int left = 2;
  std::string log;
  customer a{line, left, log, 'a'}, b{line, left, log, 'b'}, c{line, left, log, 'c'};
  while (log.size() < 2)
    REQUIRE(time.ring_next());
  CHECK(log == "ab");
  left = 1;
  line.given_back();
  run(time);
  CHECK(log == "abc");
  CHECK(line.waits().ports == 3);
  CHECK(line.waits().total() == 3);
}

TEST_CASE("what is given back is had at once, however long the pauses have become") {
  test::fake_timeline time;
  shortage line{time};
  line.taken();
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  for (int i = 0; i < 12; ++i)
    REQUIRE(time.ring_next());
  left = 1;
  const auto before = time.now();
  line.given_back();
  REQUIRE(time.ring_next());
  CHECK(log == "a");
  CHECK(time.now() == before);
}

TEST_CASE("pauses between tries double up to a tenth of a second") {
  test::fake_timeline time;
  shortage line{time};
  line.taken();
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  auto last = time.now();
  for (const auto pause : {1ms, 2ms, 4ms, 8ms, 16ms, 32ms, 64ms, 100ms, 100ms}) {
    REQUIRE(time.ring_next());
    CHECK(time.now() - last == pause);
    last = time.now();
  }
}

TEST_CASE("waiting for what nobody here holds ends when patience does") {
  test::fake_timeline time;
  shortage line{time, 20ms};
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'}, b{line, left, log, 'b'};
  const auto start = time.now();
  run(time);
  CHECK(log.size() == 2);
  CHECK(log.find_first_of("ab") == std::string::npos);
  CHECK(time.now() - start >= 20ms);
  CHECK(time.now() - start <= 40ms);
}

TEST_CASE("descriptors that nobody here holds are not waited for as long as ports") {
  test::fake_timeline time;
  shortage line{time, 24h};
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a', scarce_resource::descriptors};
  const auto start = time.now();
  run(time);
  CHECK(log == "A");
  CHECK(time.now() - start <= shortage::descriptor_patience + shortage::pause_max);
}

TEST_CASE("who comes when waiting has just been no use does not wait as long again") {
  test::fake_timeline time;
  shortage line{time, 500ms};
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  CHECK(run(time) > 3);
  CHECK(log == "A");
  customer b{line, left, log, 'b'};
  CHECK(run(time) == 1);
  CHECK(log == "AB");
}

TEST_CASE("patience does not end while a connection of this run is open") {
  test::fake_timeline time;
  shortage line{time, 1ms};
  line.taken();
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  const auto start = time.now();
  while (time.now() - start < 24h)
    REQUIRE(time.ring_next());
  CHECK(log.empty());
  line.given_back();
  run(time);
  CHECK(log == "A");
}

TEST_CASE("who is destroyed leaves the line") {
  test::fake_timeline time;
  shortage line{time};
  int left = 1;
  std::string log;
  auto a = std::make_unique<customer>(line, left, log, 'a');
  customer b{line, left, log, 'b'};
  a.reset();
  run(time);
  CHECK(log == "b");
}

TEST_CASE("once nobody waits any more, nothing is left to happen") {
  test::fake_timeline time;
  shortage line{time};
  int left = 0;
  std::string log;
  auto a = std::make_unique<customer>(line, left, log, 'a');
  a.reset();
  line.rest();
  CHECK_FALSE(time.ring_next());
  // And it can begin again.
  customer b{line, left, log, 'b'};
  left = 1;
  CHECK(run(time) == 1);
  CHECK(log == "b");
}

TEST_CASE("a probe's clock stands still while it waits") {
  test::fake_timeline time;
  deadline_queue queue{time};
  shortage line{time};
  int done = 0;
  const auto start = time.now();
  probe_deadline whole{queue, {start, 50ms}};
  job_scope scope;
  wait_out_shortage(scope, line, whole, done);
  while (done == 0)
    REQUIRE(time.ring_next());
  CHECK(whole.ended() == ending::none);
  CHECK(whole.paused() == shortage::pause_min);
  while (whole.ended() == ending::none)
    REQUIRE(time.ring_next());
  CHECK(whole.ended() == ending::expired);
  CHECK(time.now() - start >= 50ms + whole.paused());
  CHECK(time.now() - start <= 50ms + whole.paused() + deadline_queue::quantum);
}

TEST_CASE("the end of the run ends a wait, and a wait may be abandoned at any step") {
  for (int steps = 0; steps < 4; ++steps) {
    test::fake_timeline time;
    deadline_queue queue{time};
    shortage line{time};
    int done = 0;
    {
      probe_deadline whole{queue, {time.now(), 1h}};
      job_scope scope;
      wait_out_shortage(scope, line, whole, done);
      if (steps == 3) {
        queue.cancel_all();
        CHECK(done == 1);
        CHECK(whole.ended() == ending::cancelled);
      }
      for (int i = 0; i < steps && steps != 3; ++i)
        time.ring_next();
    }
    run(time);
    CHECK(done <= 1);
  }
}
