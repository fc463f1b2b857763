#pragma once

#include "muster/address.hpp"

namespace muster {

/// Whether this machine's routes make the address one of all hosts of a network, to which nothing
/// is sent unless a program asks for it (SO_BROADCAST). Asks the kernel and sends nothing. False,
/// too, when it can't be asked.
bool is_broadcast(const ip_address& address);

}  // namespace muster
