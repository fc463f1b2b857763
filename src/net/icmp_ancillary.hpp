#pragma once

#include "codec/icmp_message.hpp"
#include "muster/address.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>

#include <linux/errqueue.h>
#include <sys/socket.h>

namespace muster {

/// What came beside a message.
struct ancillary {
  std::optional<timespec> stamp;
  std::optional<sock_extended_err> error;
  ip_address offender;
  std::uint8_t ttl = 0;
};

/// Reads the control messages of a received message.
ancillary read_ancillary(msghdr& header);

/// The kernel's account of an ICMP error to one of our requests, in the form of the error itself.
/// The queue's payload is the request that caused it, so its id and sequence are read as such.
codec::icmp_message message_of_error(const sock_extended_err& error,
                                     std::span<const std::byte> request, ip_address destination);

}  // namespace muster
