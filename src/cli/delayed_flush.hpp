#pragma once

#include "muster/sink.hpp"
#include "net/job.hpp"

#include <chrono>
#include <functional>
#include <list>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// Hands results on in few large pieces, and yet before anybody sees that they were kept: after a
/// pause at once, with what comes along with the first one, and else every few milliseconds. What
/// the reader of an output does not take is handed on as he takes more.
class delayed_flush {
 public:
  /// `flush` is called from the loop, never from `request`; it offers what there is to the outputs
  /// that were added, and calls `watch_readers`.
  delayed_flush(asio::io_context& context, std::function<void()> flush)
      : context_{context}, timer_{context}, flush_{std::move(flush)} {}
  delayed_flush(const delayed_flush&) = delete;
  delayed_flush& operator=(const delayed_flush&) = delete;

  /// This is among what `flush` offers to; it outlives this.
  void add(output_file& output) { readers_.emplace_back(context_, output); }
  /// There is something to flush.
  void request() {
    if (pending_) return;
    pending_ = true;
    wait(scope_, *this);
  }
  /// After everything was offered: sees to it that this is done again once there is a use in it.
  void watch_readers();
  /// Whether nothing more should be begun until the readers have taken all that waits: once they
  /// are behind by so many bytes. Changes as `watch_readers` is called.
  bool behind() const { return behind_; }
  /// Whether anything waits.
  bool waiting() const;

  static constexpr std::uint64_t behind_bytes = output_file::kept_bytes_max;

 private:
  struct reader {
    reader(asio::io_context& context, output_file& written) : output{written}, ready{context} {}
    output_file& output;
    asio::posix::stream_descriptor ready;
    bool watched = false;
  };

  static job wait(job_scope&, delayed_flush& self);
  static job wait_for(job_scope&, delayed_flush& self, reader& slow);
  void flush();

  asio::io_context& context_;
  asio::steady_timer timer_;
  std::function<void()> flush_;
  std::chrono::steady_clock::time_point flushed_at_{};
  bool pending_ = false;
  bool behind_ = false;
  std::list<reader> readers_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
