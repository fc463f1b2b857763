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

}  // namespace muster
