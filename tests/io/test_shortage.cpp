#include "net/patient_step.hpp"
#include "net/shortage.hpp"
#include "support/catch.hpp"
#include "support/simulated_network.hpp"

#include <cerrno>
#include <memory>
#include <string>

using namespace muster;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

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

job send_patiently(job_scope&, shortage& line, probe_deadline& whole, int& done) {
  shortage_pause pause{line, whole, scarce_resource::memory, false};
  co_await pause;
  ++done;
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
  asio::io_context context;
  shortage line{context};
  int left = 2;
  std::string log;
  customer a{line, left, log, 'a'}, b{line, left, log, 'b'}, c{line, left, log, 'c'};
  while (log.size() < 2)
    context.run_one();
  CHECK(log == "ab");
  left = 1;
  line.given_back();
  context.run();
  CHECK(log == "abc");
  CHECK(line.waits().ports == 3);
  CHECK(line.waits().total() == 3);
}

TEST_CASE("what is given back is had at once, however long the pauses have become") {
  asio::io_context context;
  shortage line{context};
  line.taken();
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  for (int i = 0; i < 12; ++i)
    context.run_one();
  left = 1;
  line.given_back();
  context.poll();  // which waits for nothing
  CHECK(log == "a");
}

TEST_CASE("waiting for what nobody here holds ends when patience does") {
  asio::io_context context;
  shortage line{context, 20ms};
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'}, b{line, left, log, 'b'};
  context.run();
  CHECK(log.size() == 2);
  CHECK(log.find_first_of("ab") == std::string::npos);
}

TEST_CASE("descriptors that nobody here holds are not waited for as long as ports") {
  asio::io_context context;
  shortage line{context, 24h};
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a', scarce_resource::descriptors};
  context.run();
  CHECK(log == "A");
}

TEST_CASE("who comes when waiting has just been no use does not wait as long again") {
  asio::io_context context;
  shortage line{context, 500ms};  // far more than a busy machine lets pass between two tries
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  const auto tries = context.run();
  CHECK(log == "A");
  CHECK(tries > 3);
  context.restart();
  customer b{line, left, log, 'b'};
  CHECK(context.run() == 1);
  CHECK(log == "AB");
}

TEST_CASE("patience does not end while a connection of this run is open") {
  asio::io_context context;
  shortage line{context, 1ms};
  line.taken();
  int left = 0;
  std::string log;
  customer a{line, left, log, 'a'};
  const auto start = clock::now();
  while (clock::now() - start < 30ms)
    context.run_one();
  CHECK(log.empty());
  line.given_back();
  context.run();
  CHECK(log == "A");
}

TEST_CASE("who is destroyed leaves the line") {
  asio::io_context context;
  shortage line{context};
  int left = 1;
  std::string log;
  auto a = std::make_unique<customer>(line, left, log, 'a');
  customer b{line, left, log, 'b'};
  a.reset();
  context.run();
  CHECK(log == "b");
}

TEST_CASE("a probe's clock stands still while it waits") {
  asio::io_context context;
  test::fake_timeline time;
  deadline_queue queue{time};
  shortage line{context};
  int done = 0;
  const auto start = time.now();
  probe_deadline whole{queue, {start, 50ms}};
  job_scope scope;
  send_patiently(scope, line, whole, done);
  while (done == 0)
    context.run_one();
  CHECK(whole.ended() == ending::none);
  CHECK(whole.paused() >= shortage::pause_min);
  while (whole.ended() == ending::none)
    REQUIRE(time.ring_next());
  CHECK(whole.ended() == ending::expired);
  CHECK(time.now() - start >= 50ms + whole.paused());
  CHECK(time.now() - start <= 50ms + whole.paused() + deadline_queue::quantum);
}

TEST_CASE("the end of the run ends a wait, and a wait may be abandoned at any step") {
  for (int steps = 0; steps < 4; ++steps) {
    asio::io_context context;
    system_timeline time{context};
    deadline_queue queue{time};
    shortage line{context};
    int done = 0;
    {
      probe_deadline whole{queue, {clock::now(), 1h}};
      job_scope scope;
      send_patiently(scope, line, whole, done);
      if (steps == 3) {
        queue.cancel_all();
        CHECK(done == 1);
        CHECK(whole.ended() == ending::cancelled);
      }
      for (int i = 0; i < steps && steps != 3; ++i)
        context.run_one_for(1ms);
    }
    context.restart();
    context.run_for(5ms);
    CHECK(done <= 1);
  }
}
