#pragma once

#include "command/command_template.hpp"
#include "muster/detail/intrusive_list.hpp"
#include "probe/probe_request.hpp"
#include "process/process_host.hpp"

#include <string>
#include <vector>

#include <asio/io_context.hpp>

namespace muster {

class exec_run;
class prober;

/// Probes that are monitoring plugins: a process for each, whose exit code and first line are the
/// outcome.
class exec_probes {
 public:
  /// `commands` are what `stream_request::command` counts. Throws std::invalid_argument when one of
  /// them can't be run, and std::system_error when the kernel has no epoll or descriptor left.
  exec_probes(asio::io_context& context, prober& shared,
              const std::vector<std::vector<std::string>>& commands);
  exec_probes(const exec_probes&) = delete;
  exec_probes& operator=(const exec_probes&) = delete;
  /// Kills what runs; nobody is told.
  ~exec_probes();

  /// Runs a plugin; the prober's consumer hears of its outcome, which may be at once.
  void start(stream_request&& request);
  /// Ends all that run, as `cancelled` with this reason.
  void stop(reason why);
  /// Kills all that run, with their groups; they end when the loop goes on.
  void kill();
  /// The last of them has ended, and none follows: the io_context is not kept at work.
  void rest();
  const resource_waits& waits() const { return host_.waits(); }

  // For a run.

  process_host& host() { return host_; }
  prober& shared() { return shared_; }

 private:
  prober& shared_;
  process_host host_;
  std::vector<command_template> commands_;
  intrusive_list<exec_run> running_;
};

}  // namespace muster
