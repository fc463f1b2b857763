#pragma once

#include "muster/address.hpp"
#include "muster/resolver.hpp"
#include "muster/target_parameters.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace muster {

/// How probes are made, whatever their target and kind.
struct probe_options {
  /// The most time a probe may take from its real start: for ICMP, each echo request; for TCP, UDP
  /// and HTTP the whole, name lookup included; for a plugin, from its start to its end.
  std::chrono::nanoseconds timeout = std::chrono::seconds{3};
  /// The local address to send from, for targets of its family.
  std::optional<ip_address> source;
  /// The IPv6 zone of `source` as an interface index, which a link-local address needs; 0 for none.
  std::uint32_t source_scope = 0;
  /// The most probes that will be in flight at once.
  std::size_t in_flight_max = 10'000;
  resolver_options resolver;

  /// The shortest timeout and the shortest interval.
  static constexpr std::chrono::milliseconds time_min = target_parameters::time_min;
};

}  // namespace muster
