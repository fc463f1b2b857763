#pragma once

#include "muster/probe_spec.hpp"
#include "muster/result.hpp"
#include "muster/semaphore.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <cstdint>

#include <sys/types.h>

namespace muster {

/// Who is told of a probe's outcome, exactly once for each probe that was started.
class result_consumer {
 public:
  virtual void on_result(probe_result&& result) = 0;
  /// One of several packets of a probe that is still under way was answered: each, if there will be
  /// more than one.
  virtual void on_reply(probe_kind kind, std::chrono::nanoseconds rtt) = 0;
  /// A plugin is to end, but this process of it has become another user's, and can't be killed. Its
  /// probe is in flight until that one ends.
  virtual void on_unkillable(const target& subject, pid_t process) {
    static_cast<void>(subject);
    static_cast<void>(process);
  }

 protected:
  ~result_consumer() = default;
};

/// One question to one target.
struct probe_request {
  target subject;
  std::uint64_t sequence = 0;
  const probe_spec* spec = nullptr;  ///< Outlives the probe.
  /// Which of the spec's probes; `probe_spec::own` for what the target itself asks for.
  std::uint32_t index = probe_spec::own;
  /// The port to go to where an earlier stage found it open and the spec does not name it; else 0.
  std::uint16_t open_port = 0;
  /// The right to be in flight; given back when the probe's frame ends.
  semaphore_permit permit;
  /// The right to a file descriptor or to a process, where the kind needs one; the same.
  semaphore_permit resource;

  probe_kind kind() const { return spec->kind(); }
  std::uint16_t port() const { return open_port != 0 ? open_port : spec->port(subject, index); }
};

}  // namespace muster
