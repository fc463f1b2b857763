#pragma once

#include "process/process_host.hpp"
#include "process/process_source.hpp"

#include <string>
#include <vector>

namespace muster {

class child_life;

/// A process of this machine.
class child_process final : public child {
 public:
  /// Both outlive the child, but a host that is destroyed first takes the process with it.
  child_process(process_host& host, process_consumer& consumer);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() override;

  void start(std::vector<std::string> arguments, process_options options) override;
  void stop(reason why) override;
  void kill() override;
  bool running() const { return life_ != nullptr; }

 private:
  friend class child_life;
  process_host& host_;
  process_consumer& consumer_;
  child_life* life_ = nullptr;
};

}  // namespace muster
