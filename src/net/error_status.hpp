#pragma once

#include "muster/status.hpp"

namespace muster {

/// A status and its reason.
struct outcome {
  muster::status status = muster::status::up;
  muster::reason reason = muster::reason::none;
};

/// What an errno of a datagram's send means. Such an error is this machine's.
outcome outcome_of_send_error(int error);
/// What an errno of `socket` means.
outcome outcome_of_socket_error(int error);
/// What an errno of `connect` means. `at_once`: the call itself returned it, so nothing was heard
/// from the network and a missing route is this machine's own.
outcome outcome_of_connect_error(int error, bool at_once);
/// What an errno of a read or write on a connection means.
outcome outcome_of_transfer_error(int error);

}  // namespace muster
