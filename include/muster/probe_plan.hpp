#pragma once

#include "muster/probe_spec.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace muster {

/// Which probes each target gets, and how they are made: a spec of every kind, in the order of
/// `all_probe_kinds`. As long as none of them asks for any, a target's form decides: a URL gets
/// HTTP, `host:port` TCP, anything else ICMP.
class probe_plan {
 public:
  probe_plan();
  probe_plan(const probe_plan& other);
  probe_plan& operator=(const probe_plan& other);
  probe_plan(probe_plan&&) noexcept = default;
  probe_plan& operator=(probe_plan&&) noexcept = default;

  /// `plan.of<tcp_spec>().ports = {22, 443}`
  template <class Spec>
  Spec& of() {
    return static_cast<Spec&>(of(Spec::own_kind));
  }
  template <class Spec>
  const Spec& of() const {
    return static_cast<const Spec&>(of(Spec::own_kind));
  }
  probe_spec& of(probe_kind kind) { return *specs_[static_cast<std::size_t>(kind)]; }
  const probe_spec& of(probe_kind kind) const { return *specs_[static_cast<std::size_t>(kind)]; }

  bool implied() const { return asked() == 0; }
  /// How many probes a target gets, later stages aside.
  std::size_t size() const { return implied() ? 1 : asked(); }

  /// What each target is asked after that, stage by stage. A stage begins for a target as soon as a
  /// probe of the one before has found its host: something other than silence came of it. A probe
  /// that goes to a port which the stage before asks for, over TCP or TLS, waits until that is
  /// found open; and one for a URL without a port (`http://{}/`), or for `open_ports`, is made once
  /// for each port that is found so.
  ///
  /// How probes of a kind are made, as far as it concerns all of them, the first stage says. Later
  /// stages of a later stage count for nothing.
  std::vector<probe_plan> then;

 private:
  std::size_t asked() const;

  std::array<std::unique_ptr<probe_spec>, all_probe_kinds.size()> specs_;
};

}  // namespace muster
