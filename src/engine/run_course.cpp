#include "engine/run_course.hpp"

#include "muster/asio_compat.hpp"

#include <utility>

#include <asio/use_awaitable.hpp>

namespace muster {

run_course::run_course(asio::io_context& context, timeline& time, std::function<void(reason)> stop)
    : time_{time},
      stop_{std::move(stop)},
      deadline_{time.make_alarm([this] { stop_(reason::run_deadline); })},
      idle_{context, timeline::time_point::max()},
      over_{context, timeline::time_point::max()} {}

void run_course::end_pump() {
  pump_ended_ = true;
  look_for_end();
}

bool run_course::stop_pump(reason why) {
  if (stopping()) return false;
  stop_reason_ = why;
  wake();
  return true;
}

asio::awaitable<void> run_course::over(std::optional<std::chrono::nanoseconds> deadline) {
  if (deadline) deadline_->set(began_ + *deadline);
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!pump_ended_ || in_flight_ > 0) {
    co_await over_.async_wait(as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() == asio::cancellation_type::none) continue;
    stop_(reason::interrupted);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  }
  deadline_->clear();
  ended_ = time_.now();
}

}  // namespace muster
