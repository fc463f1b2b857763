// Strategy: the semaphore is the whole book-keeping. The starting loop waits for a permit before it
// asks for an item, and each item's permit goes back when it has ended; so "all items have ended"
// is the moment when a semaphore whose limit has shrunk to one grants a permit.
//
// To spawn a coroutine costs a microsecond and a turn of the loop, several times what a small item
// does. So workers run the items: a worker is spawned once and awaits one item after another. When
// an item starts, an idle worker is resumed right there; it is idle again by the time the call
// returns if the item didn't have to wait for anything, and in flight if it did. A new worker is
// spawned only when all are in flight. An idle worker is kept alive by nothing but the run, which
// for_each closes at its end; so a loop that is abandoned destroys for_each, and with it the
// workers.
#include "muster/for_each.hpp"

#include "muster/detail/asio_compat.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <tuple>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

namespace muster::detail {

/// Makes a worker idle until its handler is called.
struct initiate_idle {
  void operator()(worker_handler handler) const {
    worker->idle.emplace(std::move(handler));
    run->idle_.push_back(*worker);
    ++run->idle_count_;
  }
  for_each_state* run;
  for_each_worker* worker;
};

/// Owns a worker until its coroutine has ended.
struct worker_end {
  std::unique_ptr<for_each_worker> worker;
  void operator()(const std::exception_ptr&) const {}
};

asio::awaitable<void> run_worker(std::shared_ptr<for_each_state> run, for_each_worker& worker) {
  for (;;) {
    std::exception_ptr error;
    try {
      asio::awaitable<void> work = *std::move(worker.work);
      worker.work.reset();
      co_await std::move(work);
    } catch (...) {
      error = std::current_exception();
    }
    worker.unlink();
    run->item_ended(error);
    const bool goes_on = run->has_room_for_idle();
    if (goes_on) {
      // Whatever the item has set for its coroutine does not hold for the next one.
      co_await asio::this_coro::reset_cancellation_state();
      co_await asio::this_coro::throw_if_cancelled(true);
    }
    // Last, as it may be what for_each waits for.
    worker.permit.reset();
    if (!goes_on) co_return;
    const initiate_idle idle{run.get(), &worker};
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(idle, asio::use_awaitable);
  }
}

for_each_state::for_each_state(const asio::any_io_executor& executor, limits cap)
    : slots{executor, cap.max_in_flight},
      bucket{cap.rate},
      executor_{executor},
      timeout_{cap.timeout},
      clock_{executor} {
  if (cap.max_in_flight == 0) throw std::invalid_argument{"max_in_flight must be at least 1"};
  if (timeout_.count() < 0) throw std::invalid_argument{"a timeout can't be negative"};
}

void for_each_state::begin(for_each_worker& worker, semaphore::permit permit,
                           asio::awaitable<void> work) {
  worker.permit = std::move(permit);
  worker.work.emplace(std::move(work));
  in_flight_.push_back(worker);
  if (timeout_.count() == 0) return;
  using time_point = std::chrono::steady_clock::time_point;
  const auto now = std::chrono::steady_clock::now();
  worker.due = timeout_ < time_point::max() - now ? now + timeout_ : time_point::max();
  if (!clock_runs_) watch_times();
}

bool for_each_state::start(semaphore::permit permit, asio::awaitable<void> work) {
  item_started();
  if (idle_.empty()) {
    auto made = std::make_unique<for_each_worker>();
    for_each_worker& worker = *made;
    begin(worker, std::move(permit), std::move(work));
    const asio::cancellation_slot slot = worker.signal.slot();
    asio::co_spawn(executor_, run_worker(shared_from_this(), worker),
                   asio::bind_cancellation_slot(slot, worker_end{std::move(made)}));
    return false;
  }
  for_each_worker& worker = idle_.pop_front();
  --idle_count_;
  begin(worker, std::move(permit), std::move(work));
  worker_handler go_on = *std::move(worker.idle);
  worker.idle.reset();
  std::move(go_on)();
  return true;
}

/// All items have the same time, so the first in flight is the next whose time is up. The clock
/// finds that out when it rings: whoever ended meanwhile set it for nothing.
void for_each_state::watch_times() {
  clock_runs_ = !in_flight_.empty() && !closed_;
  if (!clock_runs_) return;
  clock_.expires_at(in_flight_.front().due);
  clock_.async_wait([weak = weak_from_this()](const std::error_code& error) {
    const auto self = weak.lock();
    if (!self || error || self->closed_) return;
    self->cancel_overdue();
    self->watch_times();
  });
}

void for_each_state::cancel_overdue() {
  const auto now = std::chrono::steady_clock::now();
  // Each is in its new place before its signal is emitted, since it may end, and vanish, there.
  while (!in_flight_.empty() && in_flight_.front().due <= now) {
    for_each_worker& worker = in_flight_.pop_front();
    overdue_.push_back(worker);
    ++summary.timed_out;
    worker.signal.emit(asio::cancellation_type::terminal);
  }
}

void for_each_state::failed_to_start(const std::exception_ptr& error) {
  item_started();
  item_ended(error);
}

void for_each_state::item_started() {
  ++summary.started;
  const std::uint64_t in_flight = summary.started - summary.completed - summary.failed;
  summary.in_flight_peak = std::max(summary.in_flight_peak, static_cast<std::size_t>(in_flight));
}

void for_each_state::item_ended(const std::exception_ptr& error) {
  ++(error ? summary.failed : summary.completed);
  if (!error) return;
  try {
    report(error);
  } catch (...) {
    // Out of io_context::run(), not into the coroutine of an item or of for_each.
    asio::post(executor_, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
  }
}

void for_each_state::cancel_items() {
  summary.cancelled = true;
  for (auto* const workers : {&in_flight_, &overdue_}) {
    workers->visit_once(
        [](for_each_worker& worker) { worker.signal.emit(asio::cancellation_type::terminal); });
  }
}

void for_each_state::close() {
  closed_ = true;
  clock_.cancel();
  // Destroyed uncalled, the handler takes its coroutine with it.
  while (!idle_.empty()) {
    const std::optional<worker_handler> ended = std::move(idle_.pop_front().idle);
  }
  idle_count_ = 0;
}

asio::awaitable<void> wait_for_token(token_bucket& bucket) {
  if (bucket.take(std::chrono::steady_clock::now())) co_return;
  asio::steady_timer timer{co_await asio::this_coro::executor};
  do {
    timer.expires_at(bucket.next(std::chrono::steady_clock::now()));
    co_await timer.async_wait(asio::use_awaitable);
  } while (!bucket.take(std::chrono::steady_clock::now()));
}

asio::awaitable<void> step_aside() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<void> wait_for_items(for_each_state& run) {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) run.cancel_items();
  run.slots.set_limit(1);
  for (;;) {
    const auto all_ended = co_await run.slots.async_acquire(as_tuple(asio::use_awaitable));
    if (!std::get<0>(all_ended)) co_return;
    run.cancel_items();
  }
}

}  // namespace muster::detail
