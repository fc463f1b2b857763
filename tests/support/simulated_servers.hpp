#pragma once

#include "support/simulated_sockets.hpp"

#include <optional>
#include <string_view>

namespace muster::test {

/// What the servers of a simulated network say to a request, once it is whole: a page of HTTP with
/// its length, in chunks or over HTTP/2, the health of a gRPC server, an upgrade to WebSocket and
/// what is said there, an empty answer of the DNS over TCP, and to each line of SMTP something that
/// goes on; the time, or "answer", for a datagram.
std::optional<simulated_answer> serve(simulated_world& network, std::string_view request);

}  // namespace muster::test
