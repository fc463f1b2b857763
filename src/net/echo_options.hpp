#pragma once

#include "muster/address.hpp"
#include "muster/icmp_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace muster {

/// What an exchange of echo requests needs to know besides.
struct echo_options : icmp_options {
  /// The most time that most requests have.
  std::chrono::nanoseconds timeout = std::chrono::seconds{3};
  /// The local address to send from, for destinations of its family.
  std::optional<ip_address> source = std::nullopt;
  /// The IPv6 zone of `source` as an interface index; 0 for none.
  std::uint32_t source_scope = 0;
  /// The most requests that will be in flight at once.
  std::size_t in_flight_max = 10'000;
};

}  // namespace muster
