// Strategy: the semaphore is the whole book-keeping. The starting loop waits for a permit before it
// asks for an item, and each item's permit goes back when its handler has run; so "all items have
// ended" is the moment when a semaphore whose limit has shrunk to one grants a permit.
#include "muster/for_each.hpp"

#include "muster/asio_compat.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <tuple>

#include <asio/steady_timer.hpp>

namespace muster::detail {

for_each_state::for_each_state(const asio::any_io_executor& executor, limits cap)
    : slots{executor, cap.max_in_flight}, bucket{cap.rate} {
  if (cap.max_in_flight == 0) throw std::invalid_argument{"max_in_flight must be at least 1"};
}

void for_each_state::item_started() {
  ++summary.started;
  const std::uint64_t in_flight = summary.started - summary.completed - summary.failed;
  summary.in_flight_peak = std::max(summary.in_flight_peak, static_cast<std::size_t>(in_flight));
}

void for_each_state::item_ended(bool failed) { ++(failed ? summary.failed : summary.completed); }

void for_each_state::cancel_items() {
  summary.cancelled = true;
  // Each goes back to the list before its signal is emitted, since it may end, and vanish, there.
  intrusive_list<for_each_item> pending;
  pending.splice_back(items);
  while (!pending.empty()) {
    for_each_item& item = pending.pop_front();
    items.push_back(item);
    item.signal.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> wait_for_token(token_bucket& bucket) {
  if (bucket.take(std::chrono::steady_clock::now())) co_return;
  asio::steady_timer timer{co_await asio::this_coro::executor};
  do {
    timer.expires_at(bucket.next(std::chrono::steady_clock::now()));
    co_await timer.async_wait(asio::use_awaitable);
  } while (!bucket.take(std::chrono::steady_clock::now()));
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
