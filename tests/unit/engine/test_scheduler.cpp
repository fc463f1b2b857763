// The scheduler by itself, with works that are made up and a clock that the test moves.
#include "engine/scheduler.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <asio/co_spawn.hpp>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t first_scarce = 0;

/// Works that end after a time, from a list of them.
class made_up {
 public:
  struct work {
    int number = 0;
    std::uint64_t host = 0;
    std::uint64_t group = 0;
    std::size_t scarce = scheduler<made_up>::no_need;
    std::chrono::nanoseconds takes{0};
    unsigned tries = 1;
    semaphore_permit permit = {};
    semaphore_permit scarce_permit = {};
  };
  struct cursor {
    std::vector<work> works;  // of one host
  };

  made_up(asio::io_context& context, fake_timeline& clock, scheduler_limits limits,
          std::initializer_list<semaphore*> scarce)
      : time{clock},
        starter{context, clock, *this, limits, scarce},
        alarm_{clock.make_alarm([this] { end_due(); })} {}

  asio::awaitable<void> live() {
    co_await starter.live(std::nullopt, [this] { starter.begin(); });
    over = true;
  }
  void stop(reason why) { starter.stop(why); }

  source_answer pull(cursor& into) {
    if (source.empty()) return source_answer::end;
    into = std::move(source.front());
    source.pop_front();
    return into.works.empty() ? source_answer::passed_over : source_answer::works;
  }
  bool has_room() const { return true; }
  std::uint64_t host_of(const cursor& of) const { return of.works.front().host; }
  std::uint64_t host_of(const work& of) const { return of.host; }
  work take(cursor& from) {
    work next = std::move(from.works.front());
    from.works.erase(from.works.begin());
    return next;
  }
  bool has_more(const cursor& of) const { return !of.works.empty(); }
  std::uint64_t group_of(const work& of) const { return of.group; }
  std::size_t scarce_for(const work& of) const { return of.scarce; }
  void give(work& to, semaphore_permit permit) { to.scarce_permit = std::move(permit); }
  bool admits(work& what) {
    if (!overdue.contains(what.number)) return true;
    ended.push_back(what.number);
    return false;
  }
  void start(work&& what, semaphore_permit permit) {
    what.permit = std::move(permit);
    started.push_back(what.number);
    ++hosts[what.host];
    if (what.group != 0) groups_peak = std::max(groups_peak, ++groups[what.group]);
    hosts_peak = std::max(hosts_peak, hosts[what.host]);
    running_.emplace(time.now() + what.takes, std::move(what));
    alarm_->set(running_.begin()->first);
  }
  void end_unstarted(work&& what, reason) { take_back(std::move(what)); }
  void take_back(work&& what) {
    what.scarce_permit.reset();
    cursor one;
    one.works.push_back(std::move(what));
    source.push_back(std::move(one));
  }
  void settle(cursor&& rest) { source.push_back(std::move(rest)); }
  bool may_come_back() const { return true; }

  fake_timeline& time;
  scheduler<made_up> starter;
  std::deque<cursor> source;
  std::set<int> overdue;
  std::vector<int> started;
  std::vector<int> ended;
  std::map<std::uint64_t, int> hosts;
  std::map<std::uint64_t, int> groups;
  int hosts_peak = 0;
  int groups_peak = 0;
  bool over = false;

 private:
  void end_due() {
    while (!running_.empty() && running_.begin()->first <= time.now()) {
      work done = std::move(running_.extract(running_.begin()).mapped());
      const scheduler<made_up>::ending ending{starter, done.host, done.group};
      --hosts[done.host];
      --groups[done.group];
      done.permit.reset();
      done.scarce_permit.reset();
      if (--done.tries > 0) {
        cursor again;
        again.works.push_back(std::move(done));
        starter.put_off(1, time.now() + 1s, std::move(again));
      } else {
        ended.push_back(done.number);
      }
    }
    if (!running_.empty()) alarm_->set(running_.begin()->first);
  }

  std::multimap<timeline::time_point, work> running_;
  std::unique_ptr<muster::alarm> alarm_;
};

made_up::cursor one_of(int number, std::uint64_t host, std::size_t scarce,
                       std::chrono::nanoseconds takes) {
  made_up::cursor out;
  out.works.push_back({.number = number, .host = host, .scarce = scarce, .takes = takes});
  return out;
}

struct world {
  simulated_world network{1, {}};
  asio::io_context context;

  void live(made_up& one) {
    one.over = false;
    asio::co_spawn(context, one.live(), [](std::exception_ptr error) { REQUIRE_FALSE(error); });
  }
  /// A step of the loop, or of time. False if nothing is left to do.
  bool step() {
    context.restart();
    return context.poll_one() > 0 || network.time().ring_next();
  }
  void run() {
    while (step()) {
    }
  }
};

scheduler_limits some_limits() {
  scheduler_limits limits;
  limits.in_flight_max = 100;
  limits.per_host_max = 0;
  limits.parked_max = 1000;
  limits.lines_max = 1000;
  limits.batch_max = 8;
  limits.retries = 1;
  return limits;
}

}  // namespace

TEST_CASE("who waits for something scarce holds up nobody who needs something else") {
  world here;
  semaphore scarce{here.context.get_executor(), 2};
  made_up works{here.context, here.network.time(), some_limits(), {&scarce}};
  for (int i = 0; i < 20; ++i)
    works.source.push_back(
        one_of(i, 1, i % 2 == 0 ? first_scarce : scheduler<made_up>::no_need, 1s));
  here.live(works);
  while (here.context.poll_one() > 0) {
  }
  CHECK(works.started.size() == 12);
  CHECK(works.starter.waits_for(first_scarce) == 8);
  here.run();
  CHECK(works.over);
  CHECK(works.ended.size() == 20);
  CHECK(scarce.in_use_peak() == 2);
  CHECK(scarce.in_use() == 0);
}

TEST_CASE("two schedulers share what is scarce fairly, whoever was first") {
  world here;
  semaphore scarce{here.context.get_executor(), 4};
  made_up first{here.context, here.network.time(), some_limits(), {&scarce}};
  made_up second{here.context, here.network.time(), some_limits(), {&scarce}};
  for (int i = 0; i < 400; ++i) {
    first.source.push_back(one_of(i, 1, first_scarce, 1s));
    second.source.push_back(one_of(i, 1, first_scarce, 1s));
  }
  here.live(first);
  here.live(second);
  while (first.ended.size() < 200) {
    REQUIRE(here.step());
    CHECK(scarce.in_use() <= 4);
  }
  CHECK(second.ended.size() > 180);
  here.run();
  CHECK(first.ended.size() == 400);
  CHECK(second.ended.size() == 400);
}

TEST_CASE("a scheduler that goes away does not keep what it waited for") {
  world here;
  semaphore scarce{here.context.get_executor(), 1};
  auto first = std::make_unique<made_up>(here.context, here.network.time(), some_limits(),
                                         std::initializer_list<semaphore*>{&scarce});
  made_up second{here.context, here.network.time(), some_limits(), {&scarce}};
  for (int i = 0; i < 5; ++i) {
    first->source.push_back(one_of(i, 1, first_scarce, 1s));
    second.source.push_back(one_of(i, 1, first_scarce, 1s));
  }
  asio::steady_timer alive{here.context, timeline::time_point::max()};
  here.live(second);
  first->starter.begin();
  while (here.context.poll_one() > 0) {
  }
  first.reset();
  here.run();
  CHECK(second.over);
  CHECK(second.ended.size() == 5);
  CHECK(scarce.in_use() == 0);
}

TEST_CASE("what is due no longer takes no slot, no token and no right to be in flight") {
  world here;
  scheduler_limits limits = some_limits();
  limits.rate = 10;
  limits.per_host_max = 1;
  made_up works{here.context, here.network.time(), limits, {}};
  for (int i = 0; i < 50; ++i) {
    works.source.push_back(one_of(i, 1, scheduler<made_up>::no_need, 1ms));
    if (i < 48) works.overdue.insert(i);
  }
  const auto began = here.network.time().now();
  here.live(works);
  here.run();
  CHECK(works.over);
  CHECK(works.started == std::vector<int>{48, 49});
  CHECK(works.ended.size() == 50);
  CHECK(here.network.time().now() - began < 1s);
}

TEST_CASE("whatever the limits, and stopped wherever, each work is started once for each try") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 chance{seed};
    const auto up_to = [&chance](std::size_t most) { return chance() % (most + 1); };
    world here;
    semaphore scarce{here.context.get_executor(), 1 + up_to(3)};
    semaphore scarcer{here.context.get_executor(), 1};
    scheduler_limits limits = some_limits();
    limits.in_flight_max = 1 + up_to(20);
    limits.per_host_max = up_to(3);
    limits.per_group_max = up_to(2);
    limits.parked_max = 1 + up_to(20);
    limits.lines_max = 1 + up_to(20);
    limits.batch_max = 1 + up_to(8);
    if (seed % 5 == 0) limits.rate = 100;
    made_up works{here.context, here.network.time(), limits, {&scarce, &scarcer}};
    std::size_t starts = 0;
    for (int number = 0; number < 60;) {
      made_up::cursor next;
      const std::uint64_t host = up_to(6);
      for (std::size_t more = up_to(4); more > 0; --more) {
        made_up::work one{.number = number++, .host = host, .group = up_to(3)};
        one.scarce = up_to(2);
        if (one.scarce == 2) one.scarce = scheduler<made_up>::no_need;
        one.takes = std::chrono::milliseconds{up_to(50)};
        one.tries = 1 + static_cast<unsigned>(up_to(1));
        starts += one.tries;
        next.works.push_back(std::move(one));
      }
      works.source.push_back(std::move(next));
    }
    std::size_t lives = 0;
    do {
      REQUIRE(++lives < 100);
      here.live(works);
      for (std::size_t steps = up_to(200); steps > 0 && here.step(); --steps) {
      }
      if (lives < 20) works.stop(reason::interrupted);
      here.run();
      REQUIRE(works.over);
      CHECK(works.starter.in_flight() == 0);
    } while (!works.source.empty());
    CHECK(works.started.size() == starts);
    std::ranges::sort(works.ended);
    CHECK(std::ranges::adjacent_find(works.ended) == works.ended.end());
    CHECK(works.ended.size() >= 60);
    CHECK(works.starter.in_flight_peak() <= limits.in_flight_max);
    if (limits.per_host_max > 0) {
      CHECK(works.hosts_peak <= static_cast<int>(limits.per_host_max));
    }
    if (limits.per_group_max > 0) {
      CHECK(works.groups_peak <= static_cast<int>(limits.per_group_max));
    }
    CHECK(scarce.in_use() + scarcer.in_use() == 0);
  }
}
