#pragma once

#include "muster/probe/own.hpp"
#include "probe/probe_runner.hpp"

#include <list>
#include <memory>

namespace muster {

class own_run;
class prober;

/// Probes that are coroutines of the program's own.
class own_runner final : public probe_runner {
 public:
  own_runner(prober& shared, const own_spec& spec) : shared_{shared}, spec_{spec} {}
  own_runner(const own_runner&) = delete;
  own_runner& operator=(const own_runner&) = delete;
  /// Cancels those in flight; nobody is told.
  ~own_runner() override;

  void start(probe_request&& request) override;

  // For a run.

  using place = std::list<std::shared_ptr<own_run>>::iterator;
  prober& shared() { return shared_; }
  void forget(place which) { running_.erase(which); }

 private:
  prober& shared_;
  const own_spec& spec_;
  std::list<std::shared_ptr<own_run>> running_;
};

}  // namespace muster
