#pragma once

#include "net/job.hpp"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace muster {

/// Has the orphans of tasks given to this process, so that none is overlooked, and reaps them as
/// they end: also as the first process of a container, which gets them anyway.
class orphan_reaping {
 public:
  /// The io_context outlives it. Throws std::system_error when there is no descriptor left.
  explicit orphan_reaping(asio::io_context& context);

 private:
  static job reap(job_scope&, orphan_reaping& self);

  asio::posix::stream_descriptor ends_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
