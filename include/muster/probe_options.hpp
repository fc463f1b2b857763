#pragma once

#include "muster/address.hpp"
#include "muster/resolver.hpp"
#include "muster/target_parameters.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster {

/// Which of a name's addresses are probed.
enum class address_choice : std::uint8_t {
  first,  ///< The first.
  each,   ///< Each, as if it was a target.
  any,    ///< Until one answers: kinds that connect race for the first connection (RFC 8305), those
          ///< of datagrams ask one address after the other. `exec` and `own` take the first.
  all,    ///< All, one after the other, for one result: that of the worst, and of the slowest where
          ///< all are up.
};

inline constexpr std::array all_address_choices{address_choice::first, address_choice::each,
                                                address_choice::any, address_choice::all};

/// As it is written: `first`, `each`, `any`, `all`.
constexpr std::string_view to_string(address_choice choice) {
  constexpr std::array<std::string_view, all_address_choices.size()> words{"first", "each", "any",
                                                                           "all"};
  return words[static_cast<std::size_t>(choice)];
}

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
  /// With another choice than the first, names are looked up before their probes begin. Both
  /// families are there if `resolver.preference` wants both.
  address_choice addresses = address_choice::first;

  /// The shortest timeout and the shortest interval.
  static constexpr std::chrono::milliseconds time_min = target_parameters::time_min;
};

}  // namespace muster
