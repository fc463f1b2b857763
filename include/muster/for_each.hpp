#pragma once

// Any awaitable under the limits: at most so many in flight, at most so many started a second, each
// for at most so long.

#include "muster/semaphore.hpp"
#include "muster/token_bucket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace muster {

struct limits {
  std::size_t max_in_flight = 10'000;  ///< At least 1.
  double rate = 0;                     ///< Starts a second; 0 is unlimited.
  /// How long an item may take, from its start; then it is cancelled. 0 is unlimited.
  std::chrono::nanoseconds timeout{0};
};

/// What for_each did. At its end, started = completed + failed.
struct for_each_summary {
  std::uint64_t started = 0;
  std::uint64_t completed = 0;     ///< Ended without an exception.
  std::uint64_t failed = 0;        ///< Ended by an exception, operation_aborted included.
  std::uint64_t timed_out = 0;     ///< Cancelled as their time was up, however they ended then.
  std::size_t in_flight_peak = 0;  ///< The most items in flight at once.
  bool cancelled = false;          ///< Ended by cancellation, not by the end of the items.
};

/// The on_error of for_each when none is given: failures are only counted.
struct ignore_error {
  void operator()(const std::exception_ptr&) const {}
};

namespace detail {

/// What a worker waits with for its next item.
using worker_handler = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;

/// A coroutine that runs one item after another, and is idle in between.
struct for_each_worker : list_hook {
  semaphore::permit permit;                   ///< The item's.
  std::chrono::steady_clock::time_point due;  ///< When its time is up, where that is limited.
  asio::cancellation_signal signal;           ///< Cancels the item.
  std::optional<asio::awaitable<void>> work;  ///< The item, until it starts.
  std::optional<worker_handler> idle;         ///< Goes on with the next item.
};

/// The part of a run that knows none of its types. for_each and its workers share it: whatever
/// order an abandoned loop destroys their frames in, fn and on_error outlive them all.
class for_each_state : public std::enable_shared_from_this<for_each_state> {
 public:
  for_each_state(const asio::any_io_executor& executor, limits cap);
  virtual ~for_each_state() = default;

  /// The awaitable of one item begins at once in an idle worker, or later in a new one. Returns
  /// whether it began.
  bool start(semaphore::permit permit, asio::awaitable<void> work);
  /// An item that ended before it was an awaitable.
  void failed_to_start(const std::exception_ptr& error);
  void cancel_items();
  /// Nothing starts any more: idle workers end.
  void close();

  semaphore slots;
  token_bucket bucket;
  for_each_summary summary;

 private:
  friend asio::awaitable<void> run_worker(std::shared_ptr<for_each_state> run,
                                          for_each_worker& worker);
  friend struct initiate_idle;
  static constexpr std::size_t idle_workers_max = 64;

  void begin(for_each_worker& worker, semaphore::permit permit, asio::awaitable<void> work);
  void watch_times();
  void cancel_overdue();
  void item_started();
  void item_ended(const std::exception_ptr& error);
  bool has_room_for_idle() const { return !closed_ && idle_count_ < idle_workers_max; }
  virtual void report(const std::exception_ptr& error) = 0;

  asio::any_io_executor executor_;
  const std::chrono::nanoseconds timeout_;
  asio::steady_timer clock_;  // for the first in flight
  bool clock_runs_ = false;
  intrusive_list<for_each_worker> in_flight_;  // in the order of their start
  intrusive_list<for_each_worker> overdue_;    // in flight, but cancelled
  intrusive_list<for_each_worker> idle_;
  std::size_t idle_count_ = 0;
  bool closed_ = false;
};

template <class NextFn, class Fn, class ErrorFn>
struct for_each_run final : for_each_state {
  for_each_run(const asio::any_io_executor& executor, limits cap, NextFn next_fn, Fn item_fn,
               ErrorFn error_fn)
      : for_each_state{executor, cap},
        next{std::move(next_fn)},
        fn{std::move(item_fn)},
        on_error{std::move(error_fn)} {}
  NextFn next;
  Fn fn;
  ErrorFn on_error;

 private:
  void report(const std::exception_ptr& error) override { on_error(error); }
};

/// Ends the idle workers of a run when for_each ends, or is destroyed.
struct close_at_end {
  explicit close_at_end(for_each_state& closed) : run{closed} {}
  close_at_end(const close_at_end&) = delete;
  close_at_end& operator=(const close_at_end&) = delete;
  ~close_at_end() { run.close(); }
  for_each_state& run;
};

/// So many items may begin and end one after the other before others on the loop have their turn.
inline constexpr unsigned items_at_once_max = 64;

/// Waits until the bucket grants a start.
asio::awaitable<void> wait_for_token(token_bucket& bucket);
/// Lets others on the loop have their turn.
asio::awaitable<void> step_aside();
/// Waits until no item is in flight, whatever happens; on cancellation it cancels the items.
asio::awaitable<void> wait_for_items(for_each_state& run);

/// Returns whether the item began, and perhaps ended, at once.
template <class Run, class Item>
bool start_item(Run& run, semaphore::permit permit, Item item) {
  std::optional<asio::awaitable<void>> work;
  try {
    work.emplace(run.fn(std::move(item)));
  } catch (...) {
    run.failed_to_start(std::current_exception());
    return true;
  }
  return run.start(std::move(permit), *std::move(work));
}

template <class T>
inline constexpr bool is_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_awaitable<asio::awaitable<T, Executor>> = true;

/// Starts items until there are none left or for_each is cancelled.
template <class Run>
asio::awaitable<void> start_items(std::shared_ptr<Run> run) {
  using next_result = std::invoke_result_t<decltype(run->next)&>;
  for (unsigned at_once = 0;;) {
    std::optional<semaphore::permit> free = run->slots.try_acquire();
    semaphore::permit permit;
    if (free) {
      permit = *std::move(free);
    } else {
      permit = co_await run->slots.async_acquire(asio::use_awaitable);
    }
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    bool began = false;
    if constexpr (is_awaitable<next_result>) {
      auto item = co_await run->next();
      if (!item) co_return;
      if (!run->bucket.unlimited()) co_await wait_for_token(run->bucket);
      began = start_item(*run, std::move(permit), *std::move(item));
    } else {
      auto item = run->next();
      if (!item) co_return;
      if (!run->bucket.unlimited()) co_await wait_for_token(run->bucket);
      began = start_item(*run, std::move(permit), *std::move(item));
    }
    // What has yet to begin has its turn before the next one starts.
    if (began && ++at_once < items_at_once_max) continue;
    at_once = 0;
    co_await step_aside();
  }
}

}  // namespace detail

/// Runs `fn(item)` for each item that `next()` yields, never more at once nor faster than `cap`
/// allows, on the calling coroutine's executor. Memory is O(items in flight); `next` may be
/// endless, and is asked only when there is room for an item.
///
/// `next`: () -> std::optional<T>, or asio::awaitable<std::optional<T>>; empty ends the run.
/// `fn`: (T) -> asio::awaitable<void>; a coroutine takes its item by value. An exception of one
/// item counts as failed, goes to `on_error(std::exception_ptr)`, and stops nobody else. All three
/// are moved in and outlive every item, so lambdas with captures are safe here; but what they refer
/// to must outlive the run. Items begin in order, a few without the loop's turn in between, so one
/// that never waits costs little more than its own frame. An exception from `on_error` leaves
/// through io_context::run().
///
/// An exception from `next` starts nothing more and is rethrown when those in flight have ended.
/// An item whose time is up is cancelled, and in flight until it has ended. Cancelling for_each
/// cancels every item and waits for them all, then returns the summary with `cancelled` set; an
/// item that `next` yielded and that had to wait for the rate is dropped. Throws
/// std::invalid_argument for limits that make no sense.
template <class NextFn, class Fn, class ErrorFn>
asio::awaitable<for_each_summary> for_each(NextFn next, limits cap, Fn fn, ErrorFn on_error) {
  using run_type = detail::for_each_run<NextFn, Fn, ErrorFn>;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto run = std::make_shared<run_type>(executor, cap, std::move(next), std::move(fn),
                                              std::move(on_error));
  const detail::close_at_end close{*run};
  std::exception_ptr stopped;
  try {
    co_await detail::start_items(run);
  } catch (...) {
    stopped = std::current_exception();
  }
  // A cancelled coroutine may not wait, unless it says so.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await detail::wait_for_items(*run);
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (stopped && !run->summary.cancelled) std::rethrow_exception(stopped);
  co_return run->summary;
}

/// The same with failures that are only counted.
template <class NextFn, class Fn>
asio::awaitable<for_each_summary> for_each(NextFn next, limits cap, Fn fn) {
  return for_each(std::move(next), cap, std::move(fn), ignore_error{});
}

}  // namespace muster
