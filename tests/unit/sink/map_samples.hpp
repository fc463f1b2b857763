#pragma once

#include "samples.hpp"
#include "sink/host_map.hpp"

#include <chrono>
#include <string_view>

namespace muster::test {

/// The answer of an address to an echo request.
inline probe_result answer(ip_address address, std::chrono::nanoseconds rtt) {
  probe_result result = icmp_up();
  result.subject = target{address, true};
  result.address = address;
  result.rtt = rtt;
  return result;
}

/// The silence of an address.
inline probe_result silence(ip_address address, status value = status::timeout,
                            reason why = reason::no_reply) {
  probe_result result = answer(address, std::chrono::nanoseconds{-1});
  result.status = value;
  result.reason = why;
  icmp_of(result).received = 0;
  return result;
}

/// Adds `count` hosts from `first` on, of which every `every`th is up within `rtt`.
inline void add_hosts(host_map& map, std::string_view first, std::uint64_t count,
                      std::uint64_t every = 1,
                      std::chrono::nanoseconds rtt = std::chrono::milliseconds{1}) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const ip_address address = ip(first).plus(i);
    map.add(i % every == 0 ? answer(address, rtt) : silence(address));
  }
}

}  // namespace muster::test
