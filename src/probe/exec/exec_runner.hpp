#pragma once

#include "command/command_template.hpp"
#include "muster/detail/intrusive_list.hpp"
#include "muster/probe/exec.hpp"
#include "probe/probe_runner.hpp"
#include "process/process_source.hpp"

#include <memory>
#include <vector>

namespace muster {

class exec_run;
class prober;

/// Probes that are monitoring plugins: a process for each, whose exit code and first line are the
/// outcome.
class exec_runner final : public probe_runner {
 public:
  /// Throws std::invalid_argument when one of the spec's commands can't be run, and
  /// std::system_error when the kernel has no epoll or descriptor left.
  exec_runner(prober& shared, const exec_spec& spec);
  exec_runner(const exec_runner&) = delete;
  exec_runner& operator=(const exec_runner&) = delete;
  /// Kills what runs; nobody is told.
  ~exec_runner() override;

  void start(probe_request&& request) override;
  void stop(reason why) override;
  void kill() override;
  void rest() override;
  resource_waits waits() const override {
    return processes_ ? processes_->waits() : resource_waits{};
  }

  // For a run.

  process_source& processes() { return *processes_; }
  prober& shared() { return shared_; }
  const exec_spec& spec() const { return spec_; }

 private:
  prober& shared_;
  const exec_spec& spec_;
  std::unique_ptr<process_source> processes_;  // where there are commands
  std::vector<command_template> commands_;
  intrusive_list<exec_run> running_;
};

}  // namespace muster
