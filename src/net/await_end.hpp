#pragma once

#include "muster/detail/asio_compat.hpp"

#include <asio/awaitable.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace muster {

/// Whether a request for cancellation ends an operation that has effects on the world. Asio's
/// `terminal` and `partial` do; `total` is for those that can be called off as if they had never
/// begun, and is not heard.
inline bool asks_for_end(asio::cancellation_type requested) {
  const auto heard = asio::cancellation_type::terminal | asio::cancellation_type::partial;
  return (requested & heard) != asio::cancellation_type::none;
}

/// Waits until `over()`; `change` never expires, and is cancelled when that may have come true. A
/// cancellation of the wait calls `stop()`, as often as it is asked for, and the end is waited for
/// all the same. The caller's cancellation state is left as it is, for its next wait to tell, so
/// whoever calls this has `throw_if_cancelled(false)` set.
template <class Over, class Stop>
asio::awaitable<void> await_end(asio::steady_timer& change, Over over, Stop stop) {
  while (!over()) {
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (asks_for_end(state.cancelled())) stop();
    // It may be over by now, and nobody would wake us up.
    if (!over()) co_await change.async_wait(as_tuple(asio::use_awaitable));
  }
}

}  // namespace muster
