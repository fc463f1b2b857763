#pragma once

#include "muster/target_stream.hpp"
#include "net/job.hpp"

#include <array>
#include <functional>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace muster {

/// Feeds a target stream from standard input, a piece at a time and only when it has run dry, so
/// that an endless pipe costs no memory; and waits for pipes that were named as files. The context
/// and the stream outlive it.
class standard_input {
 public:
  standard_input(asio::io_context& context, target_stream& targets);

  /// Adds standard input to the stream's sources. Throws std::system_error.
  void open();
  /// Reads the next piece, or waits until the pipe that the stream waits for has one, then calls
  /// `ready`. Does nothing while that is under way.
  void read(std::function<void()> ready);
  void stop();
  /// Whether a read failed, so that targets may be missing.
  bool failed() const { return failed_; }

 private:
  static job read_once(job_scope&, standard_input& self);
  static job wait_for_pipe(job_scope&, standard_input& self);

  target_stream& targets_;
  asio::posix::stream_descriptor input_;
  asio::posix::stream_descriptor pipe_;  // a duplicate of the stream's own
  std::array<char, 64 * 1024> buffer_;
  std::function<void()> ready_;
  bool reading_ = false;
  bool failed_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
