#pragma once

#include "muster/result.hpp"
#include "support/simulated_world.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster::test {

/// What a sweep told of a probe.
struct told {
  std::uint64_t sequence;
  probe_kind kind;
  ip_address address;
  std::uint16_t port;
  muster::status status;
  muster::reason reason;
  std::chrono::nanoseconds rtt;
  std::chrono::nanoseconds resolve;                ///< What of it was the lookup.
  std::optional<std::chrono::nanoseconds> phases;  ///< What they come to, where they are all of it.
  std::string host;                                ///< Empty for an address.
};

/// What is untrue of results, a line each: held against what the world knows that they are of.
/// `has_host_limit`: targets have a time of their own. `stood_still`: the process has, meanwhile.
std::string untrue(const simulated_world& network, const std::vector<told>& all,
                   bool has_host_limit, bool stood_still);
/// Such a line.
std::string fault_text(std::string_view what, const told& one);

}  // namespace muster::test
