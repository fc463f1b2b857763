#pragma once

#include "core/port_list.hpp"
#include "probe/spec_option.hpp"

#include <utility>

namespace muster {

/// Reads ports into a spec that has them as `ports`, and those of ranges as `swept_ports`.
template <class Spec>
auto reading_ports() {
  return reading<Spec>([](Spec& spec, const std::string& text) -> std::string {
    auto list = parse_port_list(text);
    if (!list) return list.error().message;
    spec.ports = std::move(list->ports);
    spec.swept_ports = std::move(list->of_ranges);
    return {};
  });
}

}  // namespace muster
