#pragma once

#include "net/job.hpp"

#include <functional>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

namespace muster {

/// Ctrl-C, SIGTERM and, unless it is ignored, SIGHUP: the first ends the run in order, the second
/// kills. A second Ctrl-C does so while the loop is held up, too; the others come from programs,
/// one of which may be a muster that says it several times, and wait until the loop can end in
/// order what it has started.
class stop_signals {
 public:
  /// The io_context outlives it.
  explicit stop_signals(asio::io_context& context) : signals_{context} {}

  /// From here on the first signal calls `stop`, from the loop; and the next one `kill`, if there
  /// is one, before it has its usual effect.
  void watch(std::function<void()> stop, std::function<void()> kill = {});
  /// The same for what is to come to its own end in any case: none of them has its usual effect,
  /// and each one after the first calls `kill`.
  void watch_to_the_end(std::function<void()> stop, std::function<void()> kill);
  /// Whether a signal has come, though the loop may not have heard of it yet.
  bool pending() const;

 private:
  void listen();
  static job wait(job_scope&, stop_signals& self);
  static job wait_on(job_scope&, stop_signals& self);

  asio::signal_set signals_;
  std::function<void()> stop_;
  std::function<void()> kill_;
  bool to_the_end_ = false;
  bool stopped_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
