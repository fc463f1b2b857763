#pragma once

#include "muster/run.hpp"
#include "net/job.hpp"

#include <string>
#include <string_view>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/signal_set.hpp>

#include <sys/stat.h>

namespace muster {

/// Changes a run's limits while it runs: SIGUSR1 adds a task at once and SIGUSR2 takes one away, as
/// with `xargs -P`; and whatever a file says is set when it has been written. The kernel tells when
/// it has (inotify); nothing looks at it now and then.
class run_control {
 public:
  /// The context and the run outlive it.
  run_control(asio::io_context& context, command_run& running);

  void watch_signals();
  /// Reads the file, if it is there, and from now on whenever it was written or replaced. Throws
  /// std::system_error.
  void watch_file(const std::string& path);

  /// Sets what the lines of `text` say: `max-in-flight N`, `max-per-host N`, `rate N` or
  /// `group NAME N`. Returns what is wrong with the first line that is none of these; the others
  /// count.
  std::string apply(std::string_view text);

  static constexpr std::size_t file_bytes_max = 64 * 1024;

 private:
  static job follow_signals(job_scope&, run_control& self);
  static job follow_file(job_scope&, run_control& self);
  void watch_ways();
  void look_again();
  void read_file();
  std::string apply_line(std::string_view line);

  command_run& running_;
  asio::signal_set signals_;
  asio::posix::stream_descriptor changes_;
  std::string path_;
  struct stat seen_ {};  // as the file was when it was read
  job_scope scope_;      // last: its jobs use all of the above
};

}  // namespace muster
