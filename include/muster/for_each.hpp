#pragma once

// Any awaitable under the limits: at most so many in flight, at most so many started a second.

#include "muster/semaphore.hpp"
#include "muster/token_bucket.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace muster {

struct limits {
  std::size_t max_in_flight = 10'000;  ///< At least 1.
  double rate = 0;                     ///< Starts a second; 0 is unlimited.
};

/// What for_each did. At its end, started = completed + failed.
struct for_each_summary {
  std::uint64_t started = 0;
  std::uint64_t completed = 0;     ///< Ended without an exception.
  std::uint64_t failed = 0;        ///< Ended by an exception, operation_aborted included.
  std::size_t in_flight_peak = 0;  ///< The most items in flight at once.
  bool cancelled = false;          ///< Ended by cancellation, not by the end of the items.
};

/// The default on_error of for_each: failures are only counted.
struct ignore_error {
  void operator()(const std::exception_ptr&) const {}
};

namespace detail {

/// An item in flight: its permit, and the signal that cancels it.
struct for_each_item : list_hook {
  explicit for_each_item(semaphore::permit held) : permit{std::move(held)} {}
  semaphore::permit permit;
  asio::cancellation_signal signal;
};

/// The part of a run that knows none of its types. for_each and its items share it: whatever order
/// an abandoned loop destroys their frames in, fn and on_error outlive them all.
struct for_each_state {
  for_each_state(const asio::any_io_executor& executor, limits cap);
  void item_started();
  void item_ended(bool failed);
  void cancel_items();

  semaphore slots;
  token_bucket bucket;
  for_each_summary summary;
  intrusive_list<for_each_item> items;
};

template <class NextFn, class Fn, class ErrorFn>
struct for_each_run : for_each_state {
  for_each_run(const asio::any_io_executor& executor, limits cap, NextFn next_fn, Fn item_fn,
               ErrorFn error_fn)
      : for_each_state{executor, cap},
        next{std::move(next_fn)},
        fn{std::move(item_fn)},
        on_error{std::move(error_fn)} {}
  NextFn next;
  Fn fn;
  ErrorFn on_error;
};

/// Waits until the bucket grants a start.
asio::awaitable<void> wait_for_token(token_bucket& bucket);
/// Waits until no item is in flight, whatever happens; on cancellation it cancels the items.
asio::awaitable<void> wait_for_items(for_each_state& run);

/// The completion handler of one item.
template <class Run>
struct for_each_item_end {
  std::shared_ptr<Run> run;
  std::unique_ptr<for_each_item> item;

  void operator()(const std::exception_ptr& error) {
    // The permit goes back last, even if on_error throws.
    const std::unique_ptr<for_each_item> ended = std::move(item);
    run->item_ended(error != nullptr);
    if (error) run->on_error(error);
  }
};

template <class Run, class Item>
void start_item(const asio::any_io_executor& executor, const std::shared_ptr<Run>& run,
                semaphore::permit permit, Item item) {
  auto record = std::make_unique<for_each_item>(std::move(permit));
  run->items.push_back(*record);
  const asio::cancellation_slot slot = record->signal.slot();
  for_each_item_end<Run> end{run, std::move(record)};
  run->item_started();
  std::optional<asio::awaitable<void>> work;
  try {
    work.emplace(run->fn(std::move(item)));
  } catch (...) {
    return end(std::current_exception());
  }
  asio::co_spawn(executor, *std::move(work), asio::bind_cancellation_slot(slot, std::move(end)));
}

template <class T>
inline constexpr bool is_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_awaitable<asio::awaitable<T, Executor>> = true;

/// Starts items until there are none left or for_each is cancelled.
template <class Run>
asio::awaitable<void> start_items(std::shared_ptr<Run> run) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  for (;;) {
    semaphore::permit permit = co_await run->slots.async_acquire(asio::use_awaitable);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    using next_result = std::invoke_result_t<decltype(run->next)&>;
    if constexpr (is_awaitable<next_result>) {
      auto item = co_await run->next();
      if (!item) co_return;
      co_await wait_for_token(run->bucket);
      start_item(executor, run, std::move(permit), *std::move(item));
    } else {
      auto item = run->next();
      if (!item) co_return;
      co_await wait_for_token(run->bucket);
      start_item(executor, run, std::move(permit), *std::move(item));
    }
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
/// to must outlive the run. An exception from `on_error` leaves through io_context::run().
///
/// An exception from `next` starts nothing more and is rethrown when those in flight have ended.
/// Cancelling for_each cancels every item and waits for them all, then returns the summary with
/// `cancelled` set; an item that `next` yielded and that had to wait for the rate is dropped.
/// Throws std::invalid_argument for limits that make no sense.
template <class NextFn, class Fn, class ErrorFn = ignore_error>
asio::awaitable<for_each_summary> for_each(NextFn next, limits cap, Fn fn, ErrorFn on_error = {}) {
  using run_type = detail::for_each_run<NextFn, Fn, ErrorFn>;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto run = std::make_shared<run_type>(executor, cap, std::move(next), std::move(fn),
                                              std::move(on_error));
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

}  // namespace muster
