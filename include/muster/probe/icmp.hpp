#pragma once

#include "muster/icmp_options.hpp"
#include "muster/probe_spec.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace muster {

/// An ICMP probe of each target, and how all of them are made.
struct icmp_spec final : spec_of_kind<icmp_spec, probe_kind::icmp>, icmp_options {
  bool is_asked = false;

  std::size_t size() const override { return is_asked ? 1 : 0; }
  std::chrono::nanoseconds silent_time(std::chrono::nanoseconds timeout) const override;
  option_values asked() const override;
};

/// What only ICMP probes have. With `--count 1`, min = max = the RTT.
struct icmp_details {
  std::uint32_t sent = 0;              ///< Echo requests sent.
  std::uint32_t received = 0;          ///< Of these, how many were answered in time.
  std::chrono::nanoseconds rtt_min{};  ///< Valid when received > 0, as are the next three.
  std::chrono::nanoseconds rtt_max{};
  std::chrono::nanoseconds rtt_sum{};
  std::chrono::nanoseconds jitter{};  ///< Mean difference of neighbouring RTTs; received > 1.
  std::uint16_t bytes = 0;            ///< ICMP message size of the reply, header included.
  std::uint8_t ttl = 0;               ///< TTL or hop limit of the last reply; 0 if unknown.
};

}  // namespace muster
