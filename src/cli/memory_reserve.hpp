#pragma once

#include "net/job.hpp"

#include <cstddef>
#include <functional>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace muster {

/// Memory for the end of a run that gets no more of it (`ulimit -v`, strict overcommitment): when
/// an allocation fails, it is given back, so that this one and those to come find some; and the run
/// is told to stop. One at a time.
class memory_reserve {
 public:
  /// Enough for the records of what is in flight and the summary, and more than any one piece that
  /// is allocated for probes.
  static constexpr std::size_t bytes = 8 * 1024 * 1024;

  /// `stop` is called from the loop of `context`, which outlives this, soon after memory ran out.
  memory_reserve(asio::io_context& context, std::function<void()> stop);
  memory_reserve(const memory_reserve&) = delete;
  memory_reserve& operator=(const memory_reserve&) = delete;
  ~memory_reserve();

  /// Memory has run out.
  bool used() const { return used_; }
  /// Gives the reserve back, as for an allocation that failed without asking for it.
  void release();

 private:
  static void on_failed_allocation();
  static job wait(job_scope&, memory_reserve& self);

  asio::posix::stream_descriptor told_;
  std::function<void()> stop_;
  void* kept_;
  bool used_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
