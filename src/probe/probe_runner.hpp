#pragma once

#include "muster/resource_waits.hpp"
#include "muster/status.hpp"
#include "muster/stray_replies.hpp"
#include "probe/probe_request.hpp"

#include <string>

namespace muster {

/// What the probes of one kind share during a run, and what starts them.
class probe_runner {
 public:
  virtual ~probe_runner() = default;

  /// Starts a probe; the consumer hears of its outcome, which may be at once.
  virtual void start(probe_request&& request) = 0;
  /// Whether an outcome's time may be that at which the loop comes by, so that it is to come by
  /// between starts, every few of them, and between the ends of others. It is not free: each look
  /// is a call, and answers taken one by one have a server fall asleep in between.
  virtual bool times_by_loop() const { return false; }
  /// Takes what has come from the network, before it is decided that nothing has.
  virtual void receive() {}
  /// The run is stopped for this reason. Whoever waits on a deadline is cancelled by that, so this
  /// is for what waits for something else.
  virtual void stop(reason why) { static_cast<void>(why); }
  /// This machine is short of something: what is held for later is given back.
  virtual void give_back() {}
  /// The last probe has ended, and none follows: nothing of it keeps the io_context at work.
  virtual void rest() {}
  /// Kills what runs outside of this process, for a program that ends at once.
  virtual void kill() {}

  /// Opens what probes may need that takes a right, for a program that gives up its rights next.
  /// Where that fails, probes that need it say so.
  virtual void open() {}
  /// What was used, for people: "ICMP: raw socket"; empty if nothing is to be said.
  virtual std::string note() const { return {}; }
  /// Why the kind could not be used, for people; empty if it could.
  virtual std::string problem() const { return {}; }
  virtual stray_replies strays() const { return {}; }
  virtual resource_waits waits() const { return {}; }
};

}  // namespace muster
