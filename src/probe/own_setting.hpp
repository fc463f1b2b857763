#pragma once

#include "muster/target.hpp"

#include <optional>

namespace muster {

/// A setting of one target: what its own row says, else what holds for the whole run. Both outlive
/// the use of what is returned.
template <typename Value>
const Value& own_setting(const target& subject, std::optional<Value> target_parameters::*own,
                         const Value& common) {
  const target_parameters* parameters = subject.parameters();
  return parameters && (parameters->*own) ? *(parameters->*own) : common;
}

}  // namespace muster
