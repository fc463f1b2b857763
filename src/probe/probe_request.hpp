#pragma once

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

/// One question to one target. A million of these may be in flight, so this is what every probe
/// needs and no more.
struct probe_request {
  target subject;
  std::uint64_t sequence = 0;
  probe_kind kind = probe_kind::icmp;
  std::uint16_t port = 0;  ///< TCP and HTTP.
  /// The right to be in flight; given back when the probe's frame ends.
  semaphore_permit permit;
};

/// What TCP, HTTP and exec probes need besides.
struct stream_request : probe_request {
  /// HTTP: the URL as a template, where `{}` is the host; nullptr asks for the target's own URL, or
  /// for `/` of its host and port. Outlives the probe.
  const char* url_template = nullptr;
  /// Exec: which of the run's commands.
  std::uint32_t command = 0;
  /// The right to a file descriptor, or to a process; given back when the probe's frame ends.
  semaphore_permit resource;
};

}  // namespace muster
