#include "muster/semaphore.hpp"
#include "semaphore_fixture.hpp"
#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

using muster::semaphore;
using muster::semaphore_test::fixture;

namespace {

std::vector<int> numbers(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

TEST_CASE("permits are given until none is left, and come back when destroyed") {
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 2};
  std::optional<semaphore::permit> first = slots.try_acquire();
  std::optional<semaphore::permit> second = slots.try_acquire();
  CHECK(first);
  CHECK(*second);
  CHECK_FALSE(slots.try_acquire());
  CHECK(slots.in_use() == 2);
  first.reset();
  CHECK(slots.in_use() == 1);
  second->reset();
  CHECK_FALSE(*second);
  CHECK(slots.in_use() == 0);
  CHECK(slots.in_use_peak() == 2);
  CHECK(slots.get_executor() == asio::any_io_executor{loop.get_executor()});
}

TEST_CASE("a moved permit is given back once") {
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 3};
  semaphore::permit first = *slots.try_acquire();
  semaphore::permit second = *slots.try_acquire();
  second = std::move(first);
  CHECK(slots.in_use() == 1);
  semaphore::permit third{std::move(second)};
  CHECK(third);
  CHECK(slots.in_use() == 1);
  third = {};
  CHECK(slots.in_use() == 0);
}

TEST_CASE("waiters are served in the order in which they asked") {
  fixture f{1};
  for (int who = 0; who < 5; ++who)
    f.acquire(who);
  CHECK(f.slots.waiting() == 4);
  for (int who = 0; who < 5; ++who) {
    CHECK(f.run() == std::vector<int>{who});
    CHECK_FALSE(f.outcomes.back().error);
    CHECK(f.outcomes.back().permit);
    f.outcomes.back().permit.reset();
  }
  CHECK(f.slots.waiting() == 0);
  CHECK(f.slots.in_use() == 0);
  CHECK(f.slots.in_use_peak() == 1);
}

TEST_CASE("nobody overtakes those who wait") {
  fixture f{1};
  f.acquire(0);
  f.run();
  f.acquire(1);
  f.slots.set_limit(0);
  f.outcomes[0].permit.reset();
  CHECK_FALSE(f.slots.try_acquire());
  f.acquire(2);
  f.slots.set_limit(1);
  CHECK_FALSE(f.slots.try_acquire());
  CHECK(f.run() == std::vector<int>{1});
}

TEST_CASE("a handler is never called from within acquire, release, set_limit or a cancellation") {
  fixture f{1};
  asio::cancellation_signal cancel;
  asio::post(f.loop, [&] {
    f.acquire(0);
    CHECK(f.outcomes.empty());
  });
  CHECK(f.run() == std::vector<int>{0});
  f.acquire(1);
  f.acquire(2, cancel);
  f.acquire(3);
  asio::post(f.loop, [&] {
    f.outcomes[0].permit.reset();
    cancel.emit(asio::cancellation_type::terminal);
    f.slots.set_limit(2);
    CHECK(f.outcomes.size() == 1);
  });
  CHECK(f.run() == std::vector<int>{1, 2, 3});
}

TEST_CASE("each waiter can be cancelled, and the others keep their order") {
  constexpr int count = 6;
  const int victim = GENERATE(range(0, 6));
  const auto type = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                             asio::cancellation_type::total);
  fixture f{1};
  semaphore::permit held = *f.slots.try_acquire();
  std::array<asio::cancellation_signal, count> cancels;
  for (int who = 0; who < count; ++who)
    f.acquire(who, cancels[static_cast<std::size_t>(who)]);

  asio::cancellation_signal& cancel = cancels[static_cast<std::size_t>(victim)];
  cancel.emit(asio::cancellation_type::none);
  CHECK(f.run().empty());
  cancel.emit(type);
  cancel.emit(type);
  CHECK(f.run() == std::vector<int>{victim});
  CHECK(f.outcomes[0].error == asio::error::operation_aborted);
  CHECK_FALSE(f.outcomes[0].permit);
  CHECK(f.slots.waiting() == count - 1);

  f.slots.set_limit(count);
  std::vector<int> others = numbers(count);
  others.erase(others.begin() + victim);
  CHECK(f.run() == others);
  // Too late: they have their permits.
  for (asio::cancellation_signal& late : cancels)
    late.emit(type);
  CHECK(f.run().empty());
  CHECK(f.slots.in_use() == count);
}

TEST_CASE("a cancellation that comes after the grant but before the handler is too late") {
  fixture f{1};
  asio::cancellation_signal cancel;
  semaphore::permit held = *f.slots.try_acquire();
  f.acquire(0, cancel);
  held.reset();
  cancel.emit(asio::cancellation_type::terminal);
  CHECK(f.run() == std::vector<int>{0});
  CHECK_FALSE(f.outcomes[0].error);
  CHECK(f.outcomes[0].permit);
}

TEST_CASE("the limit can be raised and lowered while running") {
  fixture f{2};
  for (int who = 0; who < 10; ++who)
    f.acquire(who);
  CHECK(f.run() == std::vector<int>{0, 1});

  f.slots.set_limit(5);
  CHECK(f.run() == std::vector<int>{2, 3, 4});
  CHECK(f.slots.in_use_peak() == 5);

  f.slots.set_limit(2);
  CHECK(f.slots.limit() == 2);
  for (std::size_t who : {0u, 1u, 2u}) {
    f.outcomes[who].permit.reset();
    CHECK(f.run().empty());
  }
  f.outcomes[3].permit.reset();
  CHECK(f.run() == std::vector<int>{5});

  f.slots.set_limit(0);
  f.outcomes[4].permit.reset();
  f.outcomes[5].permit.reset();
  CHECK(f.run().empty());
  CHECK(f.slots.in_use() == 0);
  CHECK_FALSE(f.slots.try_acquire());

  f.slots.set_limit(100);
  CHECK(f.run() == std::vector<int>{6, 7, 8, 9});
  CHECK(f.slots.try_acquire());
}
