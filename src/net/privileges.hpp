#pragma once

#include <string>

namespace muster {

/// Whether this process may open raw sockets (CAP_NET_RAW).
bool may_open_raw_sockets();

/// Whether the file that this process runs gave it another user or group than the one that started
/// it (set-user-ID, set-group-ID). A capability of the file's does not.
bool runs_as_another();

/// The file of the running program, as a shell takes it: setcap(8) follows no links and searches no
/// PATH. PROGRAM where /proc does not tell.
std::string own_program();

/// Whether processes of other users are to be ended.
enum class ends_others { no, yes };

/// Gives up every capability for good, save those that let root read and write everybody's files,
/// and the one to end everybody's processes, if it is needed: what comes from the network is then
/// read by a process that can do little more than its user. Call it once all sockets are open.
/// Without capabilities it does nothing.
void drop_capabilities(ends_others kill);

}  // namespace muster
