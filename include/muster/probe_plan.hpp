#pragma once

#include "muster/probe_spec.hpp"

#include <array>
#include <cstddef>
#include <memory>

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
  /// How many probes a target gets.
  std::size_t size() const { return implied() ? 1 : asked(); }

 private:
  std::size_t asked() const;

  std::array<std::unique_ptr<probe_spec>, all_probe_kinds.size()> specs_;
};

}  // namespace muster
