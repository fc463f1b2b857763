#pragma once

#include "muster/address.hpp"
#include "muster/status.hpp"

namespace muster {

/// A status and its reason, and who sent the ICMP error that it was told by, if that is known.
struct outcome {
  muster::status status = muster::status::up;
  muster::reason reason = muster::reason::none;
  ip_address error_source = {};
};

/// An ICMP error that ended a connect: what it says, and who sent it.
struct icmp_rejection {
  muster::reason why = muster::reason::none;  ///< none: there was no such error.
  ip_address from = {};
};

/// How much a failure says about a host of which other addresses have failed, too: that somebody
/// refused more than silence, and that more than what this machine met by itself.
unsigned how_telling(status failure);

/// What an errno of a datagram's send means. Such an error is this machine's.
outcome outcome_of_send_error(int error);
/// What an errno of `socket` means.
outcome outcome_of_socket_error(int error);
/// What an errno of `connect` means. `at_once`: the call itself returned it, so nothing was heard
/// from the network and a missing route is this machine's own.
outcome outcome_of_connect_error(int error, bool at_once);
/// The same of a connect to a Unix socket, which is this machine's own affair and ends at once.
outcome outcome_of_local_connect_error(int error);
/// What an errno of a connect to `host` means that ended in an answer: a RST, or `by`. Only the
/// host itself can refuse; a router that answers for it says nothing of it.
outcome outcome_of_answered_connect(int error, const icmp_rejection& by, const ip_address& host);
/// What an errno of a read or write on a connection means.
outcome outcome_of_transfer_error(int error);

}  // namespace muster
