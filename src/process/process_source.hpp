#pragma once

#include "muster/process.hpp"
#include "muster/resource_waits.hpp"
#include "process/program_path.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace muster {

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
class child {
 public:
  virtual ~child() = default;

  /// Begins: the process runs now or, if this machine is short of something, later. `arguments`
  /// are at least one, and hold no NUL byte. The consumer hears of its end, which may be at once.
  virtual void start(std::vector<std::string> arguments, process_options options) = 0;
  /// Ends it: SIGTERM to its session, and SIGKILL after its grace. `why` goes into the result.
  virtual void stop(reason why) = 0;
  /// SIGKILL to its group now, and to the rest of its session with the source's `kill_marked`.
  virtual void kill() = 0;
};

/// Where processes come from: this machine, or a test's own.
class process_source {
 public:
  virtual ~process_source() = default;
  /// The consumer outlives the child, and so does the source, or takes the process with it.
  virtual std::unique_ptr<child> make_child(process_consumer& consumer) = 0;
  virtual program_paths& programs() = 0;
  /// What starts had to wait for.
  virtual resource_waits waits() const = 0;
  /// None runs, and none follows: nothing of it keeps the io_context at work.
  virtual void rest() = 0;
  /// Kills what is left of the sessions of processes that were killed.
  virtual void kill_marked() = 0;
};

}  // namespace muster
