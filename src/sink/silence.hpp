#pragma once

#include "muster/result.hpp"

namespace muster {

/// True when the result says that nobody is there. On one's own network an address that nobody has
/// is not silent: the kernel, having asked for its hardware address in vain, says itself that the
/// host can't be reached.
inline bool nobody_there(const probe_result& result) {
  return result.status == status::timeout || result.reason == reason::host_unreachable ||
         result.reason == reason::icmp_host_unreachable ||
         result.reason == reason::icmp_address_unreachable;
}

/// True for results that people would rather have counted than listed: what only follows from
/// something that is said elsewhere, the silence of addresses that nobody named one by one, and
/// ports that are not open and were named in ranges.
bool is_only_counted(const probe_result& result);

/// True for results that somebody should hear of who reads nothing else: what is not up and worth a
/// line of its own, and wherever this machine could not ask.
bool is_alarming(const probe_result& result);

}  // namespace muster
