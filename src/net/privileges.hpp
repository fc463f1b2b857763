#pragma once

namespace muster {

/// Whether this process may open raw sockets (CAP_NET_RAW).
bool may_open_raw_sockets();

/// Gives up every capability for good, save those that let root read and write everybody's files:
/// what comes from the network is then read by a process that can do no more than its user. Call it
/// once all sockets are open. Without capabilities it does nothing.
void drop_capabilities();

}  // namespace muster
