#pragma once

#include "codec/dns_answer.hpp"
#include "muster/address.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

struct ares_channeldata;

namespace muster {

struct dns_socket_hooks {
  /// Told of each answer over UDP that is out of the ordinary, before c-ares reads it.
  std::function<void(codec::dns_remark)> on_remark;
  /// Told when the answer that c-ares reads next reached this machine.
  std::function<void(std::chrono::steady_clock::time_point)> on_arrival;
  /// Told when a socket fails to send or to receive.
  std::function<void()> on_failure;
  /// The zone of a name server, which c-ares 1.18 knows nothing of; 0 for none.
  std::function<std::uint32_t(const ip_address&)> zone_of;
};

/// Has c-ares do its socket calls by way of muster's. The hooks outlive the channel.
void use_dns_sockets(ares_channeldata* ares, dns_socket_hooks& hooks);

}  // namespace muster
