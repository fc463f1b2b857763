#pragma once

#include "muster/process.hpp"
#include "process/process_host.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace muster {

class child_life;

/// Who hears of a child process.
class process_consumer {
 public:
  /// More of one of its outputs has come. Does not destroy the child.
  virtual void on_output(process_stream stream, std::string_view bytes) = 0;
  /// It is to end, but this process of its session has become another user's, and can't be killed.
  /// It counts as running until that one ends.
  virtual void on_unkillable(pid_t process) { static_cast<void>(process); }
  /// Of that, what its result has no room for. Does not destroy the child.
  virtual void on_excess(process_stream stream, std::string_view bytes) {
    static_cast<void>(stream);
    static_cast<void>(bytes);
  }
  /// It has ended; told once, and then the child may be destroyed or started again.
  virtual void on_end(process_result&& result) = 0;

 protected:
  ~process_consumer() = default;
};

/// One process, from its start to its end. Destroying it kills the process.
class child_process {
 public:
  /// Both outlive the child, but a host that is destroyed first takes the process with it.
  child_process(process_host& host, process_consumer& consumer);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  /// Begins: the process runs now or, if this machine is short of something, later. `arguments`
  /// are at least one, and hold no NUL byte. The consumer hears of its end, which may be at once.
  void start(std::vector<std::string> arguments, process_options options);
  /// Ends it: SIGTERM to its session, and SIGKILL after its grace. `why` goes into the result.
  void stop(reason why);
  /// SIGKILL to its group now, and to the rest of its session with the host's `kill_marked`.
  void kill();
  bool running() const { return life_ != nullptr; }

 private:
  friend class child_life;
  process_host& host_;
  process_consumer& consumer_;
  child_life* life_ = nullptr;
};

}  // namespace muster
