#include "engine/lifecycle.hpp"

#include "net/await_end.hpp"

#include <utility>

#include <asio/this_coro.hpp>

namespace muster {

lifecycle::lifecycle(asio::io_context& context, timeline& time, std::function<void(reason)> stop)
    : time_{time},
      stop_{std::move(stop)},
      deadline_{time.make_alarm([this] { stop_(reason::run_deadline); })},
      idle_{context, timeline::time_point::max()},
      over_{context, timeline::time_point::max()} {}

void lifecycle::end_starting() {
  starting_ended_ = true;
  look_for_end();
}

bool lifecycle::stop_starting(reason why) {
  if (stopping()) return false;
  stop_reason_ = why;
  wake();
  return true;
}

asio::awaitable<void> lifecycle::live(std::optional<std::chrono::nanoseconds> deadline,
                                      std::function<void()> start) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  if (ended_) {
    ended_.reset();
    starting_ended_ = false;
    stop_reason_ = reason::none;
  }
  began_ = time_.now();
  if (deadline) deadline_->set(began_ + *deadline);
  // One that is cancelled already starts nothing.
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  if (asks_for_end(state.cancelled())) stop_(reason::interrupted);
  start();
  const auto over = [this] { return is_over(); };
  const auto stop = [this] { stop_(reason::interrupted); };
  co_await await_end(over_, over, stop);
  deadline_->clear();
  ended_ = time_.now();
  co_await asio::this_coro::throw_if_cancelled(throws);
}

}  // namespace muster
