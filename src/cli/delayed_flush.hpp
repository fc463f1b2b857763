#pragma once

#include "net/job.hpp"

#include <chrono>
#include <functional>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// Hands results on in few large pieces, and yet before anybody sees that they were kept: after a
/// pause at once, with what comes along with the first one, and else every few milliseconds.
class delayed_flush {
 public:
  /// `flush` is called from the loop, never from `request`.
  delayed_flush(asio::io_context& context, std::function<void()> flush)
      : timer_{context}, flush_{std::move(flush)} {}
  delayed_flush(const delayed_flush&) = delete;
  delayed_flush& operator=(const delayed_flush&) = delete;

  /// There is something to flush.
  void request() {
    if (pending_) return;
    pending_ = true;
    wait(scope_, *this);
  }

 private:
  static job wait(job_scope&, delayed_flush& self);

  asio::steady_timer timer_;
  std::function<void()> flush_;
  std::chrono::steady_clock::time_point flushed_at_{};
  bool pending_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
