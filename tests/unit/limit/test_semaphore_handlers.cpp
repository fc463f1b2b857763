// What Asio asks of an asynchronous operation: executors, allocators, outstanding work, and
// handlers that are dropped.
#include "muster/detail/asio_compat.hpp"
#include "muster/semaphore.hpp"
#include "semaphore_fixture.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <system_error>
#include <tuple>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/use_awaitable.hpp>

using muster::semaphore;
using muster::semaphore_test::fixture;

TEST_CASE("a permit granted to a handler that is dropped goes to the next waiter") {
  fixture f{1};
  auto other = std::make_unique<asio::io_context>();
  semaphore::permit held = *f.slots.try_acquire();
  f.slots.async_acquire(asio::bind_executor(other->get_executor(), f.handler(0)));
  f.acquire(1);
  held.reset();
  CHECK(f.run().empty());
  CHECK(f.slots.in_use() == 1);
  other.reset();
  CHECK(f.run() == std::vector<int>{1});
  CHECK(f.slots.in_use() == 1);
}

TEST_CASE("a permit granted at once to a handler that is dropped comes back") {
  fixture f{1};
  auto other = std::make_unique<asio::io_context>();
  f.slots.async_acquire(asio::bind_executor(other->get_executor(), f.handler(0)));
  CHECK(f.slots.in_use() == 1);
  other.reset();
  CHECK(f.slots.in_use() == 0);
}

TEST_CASE("waiting is outstanding work: the loop runs until the permit comes") {
  fixture f{0};
  f.acquire(0);
  CHECK(f.loop.poll() == 0);
  CHECK_FALSE(f.loop.stopped());
  f.slots.set_limit(1);
  CHECK(f.loop.poll() == 1);
  CHECK(f.loop.stopped());
}

TEST_CASE("the handler's own executor calls it, and has work until then") {
  fixture f{0};
  asio::io_context other;
  auto strand = asio::make_strand(other);
  bool inside = false;
  f.slots.async_acquire(asio::bind_executor(strand, [&](std::error_code, semaphore::permit) {
    inside = strand.running_in_this_thread();
  }));
  CHECK(other.poll() == 0);
  CHECK_FALSE(other.stopped());
  f.slots.set_limit(1);
  CHECK(f.loop.poll() == 0);
  CHECK(f.loop.stopped());
  CHECK(other.poll() == 1);
  CHECK(inside);
}

namespace {

/// Counts what is allocated through it.
template <class T>
struct counting_allocator {
  using value_type = T;
  explicit counting_allocator(std::size_t& live_count) : live{&live_count} {}
  template <class U>
  explicit(false) counting_allocator(const counting_allocator<U>& other) : live{other.live} {}
  T* allocate(std::size_t count) {
    ++*live;
    return std::allocator<T>{}.allocate(count);
  }
  void deallocate(T* memory, std::size_t count) {
    --*live;
    std::allocator<T>{}.deallocate(memory, count);
  }
  friend bool operator==(const counting_allocator&, const counting_allocator&) = default;
  std::size_t* live;
};

/// Its executor is no any_io_executor, since that one forgets the allocator.
struct allocating_handler {
  using allocator_type = counting_allocator<void>;
  using executor_type = asio::io_context::executor_type;
  executor_type get_executor() const { return executor; }
  allocator_type get_allocator() const { return allocator_type{*live}; }
  void operator()(std::error_code, semaphore::permit) { *live_when_called = *live; }
  executor_type executor;
  std::size_t* live;
  std::size_t* live_when_called;
};

}  // namespace

TEST_CASE("the handler's own allocator is used, and its memory is free when it is called") {
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 0};
  std::size_t live = 0;
  std::size_t live_when_called = 99;
  slots.async_acquire(allocating_handler{loop.get_executor(), &live, &live_when_called});
  CHECK(live == 1);
  slots.set_limit(1);
  CHECK(live == 1);
  loop.poll();
  CHECK(live_when_called == 0);
  CHECK(live == 0);
}

TEST_CASE("destroying the semaphore cancels its waiters, and permits outlive it") {
  asio::io_context loop;
  auto slots = std::make_unique<semaphore>(loop.get_executor(), 1);
  semaphore::permit held = *slots->try_acquire();
  std::error_code seen;
  asio::cancellation_signal cancel;
  const auto handler = [&](std::error_code error, const semaphore::permit&) { seen = error; };
  slots->async_acquire(asio::bind_cancellation_slot(cancel.slot(), handler));
  slots.reset();
  cancel.emit(asio::cancellation_type::terminal);
  CHECK_FALSE(seen);
  CHECK(loop.poll() == 1);
  CHECK(seen == asio::error::operation_aborted);
  held.reset();
}

namespace {

asio::awaitable<void> cycle(semaphore& slots, int times, int& done) {
  for (int i = 0; i < times; ++i) {
    const semaphore::permit held = co_await slots.async_acquire(asio::use_awaitable);
    ++done;
  }
}

asio::awaitable<void> report_error(semaphore& slots, std::error_code& seen) {
  auto acquired = co_await slots.async_acquire(muster::as_tuple(asio::use_awaitable));
  seen = std::get<0>(acquired);
}

}  // namespace

TEST_CASE("a million permits are acquired and released by coroutines without growth") {
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 3};
  int done = 0;
  for (int i = 0; i < 10; ++i)
    asio::co_spawn(loop, cycle(slots, 100'000, done), asio::detached);
  loop.run();
  CHECK(done == 1'000'000);
  CHECK(slots.in_use() == 0);
  CHECK(slots.in_use_peak() == 3);
  CHECK(slots.waiting() == 0);
}

TEST_CASE("a million waiters allocate one block at a time") {
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 1};
  std::size_t live = 0;
  std::size_t live_when_called = 0;
  std::size_t live_peak = 0;
  std::size_t called = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    semaphore::permit held = *slots.try_acquire();
    slots.async_acquire(allocating_handler{loop.get_executor(), &live, &live_when_called});
    held.reset();
    live_peak = std::max(live_peak, live);
    loop.restart();
    called += loop.poll();
  }
  CHECK(live_peak == 1);
  CHECK(called == 1'000'000);
  CHECK(live == 0);
  CHECK(slots.in_use() == 0);
}

TEST_CASE("a cancelled coroutine gets operation_aborted") {
  asio::io_context loop;
  semaphore slots{loop.get_executor(), 0};
  asio::cancellation_signal cancel;
  std::error_code seen;
  asio::co_spawn(loop, report_error(slots, seen),
                 asio::bind_cancellation_slot(cancel.slot(), asio::detached));
  loop.poll();
  CHECK(slots.waiting() == 1);
  cancel.emit(asio::cancellation_type::terminal);
  loop.poll();
  CHECK(seen == asio::error::operation_aborted);
  CHECK(slots.waiting() == 0);
}
