#pragma once

#include "muster/probe_spec.hpp"
#include "muster/target.hpp"

#include <memory>

namespace muster {

/// The run's spec, with what the target's own row says in its place; null when it says nothing of
/// this kind. Throws std::invalid_argument when it says what a list could not have said.
std::unique_ptr<const probe_spec> spec_in_row(const target& subject, const probe_spec& common);

/// What holds for one target: its own spec, or the run's, which outlives this.
template <class Spec>
class target_spec {
 public:
  target_spec(const target& subject, const probe_spec& common)
      : own_{spec_in_row(subject, common)}, holds_{own_ ? *own_ : common} {}
  const Spec& operator*() const { return static_cast<const Spec&>(holds_); }
  const Spec* operator->() const { return &**this; }

 private:
  std::unique_ptr<const probe_spec> own_;
  const probe_spec& holds_;
};

}  // namespace muster
