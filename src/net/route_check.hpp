#pragma once

#include "muster/address.hpp"

namespace muster {

/// Whether this machine can send to an address at all: it speaks the family, and has a route and an
/// address of its own to send from. Asks the kernel and sends nothing. True, too, when it can't be
/// asked.
bool has_route(const ip_address& address);

}  // namespace muster
