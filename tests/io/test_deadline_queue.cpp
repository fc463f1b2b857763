#include "net/deadline_queue.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace muster;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

/// Writes its name down when it is called, in capitals when it was cancelled.
class note final : public deadline {
 public:
  note(std::string& log, char name) : log_{log}, name_{name} {}
  std::function<void()> then;

 private:
  void on_deadline(ending why) override {
    log_ += why == ending::expired ? name_ : static_cast<char>(name_ - 'a' + 'A');
    if (then) then();
  }
  std::string& log_;
  char name_;
};

/// Deadlines in the past, so that none has to be waited for.
const clock::time_point past = clock::now() - 1h;

}  // namespace

TEST_CASE("deadlines of different lengths expire, those of one length in the order of their time") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  std::string log;
  note a{log, 'a'}, b{log, 'b'}, c{log, 'c'}, d{log, 'd'};
  queue.arm(b, past + 2ms, 1s);
  queue.arm(c, past + 3ms, 1s);
  queue.arm(a, past + 1ms, 1s);  // out of order
  queue.arm(d, past, 2s);
  context.run();
  std::erase(log, 'd');
  CHECK(log == "abc");
  CHECK_FALSE(d.armed());
}

TEST_CASE("nothing expires before its time, and what is disarmed does not expire") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  std::string log;
  note late{log, 'l'}, gone{log, 'g'};
  auto dead = std::make_unique<note>(log, 'd');
  const auto start = clock::now();
  queue.arm(late, start, 20ms);
  queue.arm(gone, start, 5ms);
  queue.arm(*dead, start, 6ms);
  gone.disarm();
  dead.reset();
  context.run();
  CHECK(log == "l");
  CHECK(clock::now() - start >= 20ms);
}

TEST_CASE("a deadline may destroy or arm others when it is called") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  std::string log;
  note a{log, 'a'}, c{log, 'c'};
  auto b = std::make_unique<note>(log, 'b');
  a.then = [&] {
    b.reset();
    queue.arm(c, past, 7s);
  };
  queue.arm(a, past, 1s);
  queue.arm(*b, past, 1s);
  context.run();
  CHECK(log == "ac");
}

TEST_CASE("cancelling calls everybody, those too that the calls arm") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  std::string log;
  note a{log, 'a'}, b{log, 'b'}, c{log, 'c'};
  a.then = [&] { queue.arm(c, clock::now(), 1h); };
  queue.arm(a, clock::now(), 1h);
  queue.arm(b, clock::now(), 2h);
  queue.cancel_all();
  CHECK(log.size() == 3);
  CHECK(log.find('A') < log.find('C'));
  CHECK(log.find('B') != std::string::npos);
}

TEST_CASE("what has arrived is looked at before anything expires") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  std::string log;
  note a{log, 'a'};
  queue.on_before_expiry([&] { a.disarm(); });
  queue.arm(a, past, 1s);
  context.run();
  CHECK(log.empty());
}

TEST_CASE("a queue that is destroyed with its timer under way is not called again") {
  asio::io_context context;
  std::string log;
  note a{log, 'a'};
  {
    system_timeline time{context};
    deadline_queue queue{time};
    queue.arm(a, clock::now(), 1ms);
    context.poll();
  }
  context.run();
  CHECK(log.empty());
}

TEST_CASE("a hundred thousand deadlines, each of a length of its own, expire in their order") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  struct counted final : deadline {
    std::vector<int>* log = nullptr;
    int number = 0;
    void on_deadline(ending) override { log->push_back(number); }
  };
  constexpr int count = 100'000;
  std::vector<int> log;
  std::vector<counted> all(count);
  for (int i = 0; i < count; ++i) {
    counted& one = all[static_cast<std::size_t>(i)];
    one.log = &log;
    one.number = static_cast<int>((std::int64_t{i} * 7919) % count);  // every number once
    queue.arm(one, past, std::chrono::microseconds{one.number});
  }
  for (int i = 0; i < count; i += 2)
    all[static_cast<std::size_t>(i)].disarm();
  context.run();
  CHECK(log.size() == count / 2);
  CHECK(std::ranges::is_sorted(log));
}

TEST_CASE(
    "what is armed again and again with other lengths, and never expires, is cancelled once") {
  asio::io_context context;
  system_timeline time{context};
  deadline_queue queue{time};
  std::string log;
  note one{log, 'a'}, other{log, 'b'};
  for (int i = 0; i < 10'000; ++i) {
    queue.arm(one, clock::now(), 1h + std::chrono::milliseconds{i});
    queue.arm(other, clock::now(), 2h - std::chrono::milliseconds{i % 7});
    CHECK(queue.lengths() <= deadline_queue::lengths_kept);
  }
  queue.cancel_all();
  std::ranges::sort(log);
  CHECK(log == "AB");
  queue.rest();
  context.run();
}
