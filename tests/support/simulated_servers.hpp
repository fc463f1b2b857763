#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::test {

class simulated_world;

/// What the servers of a simulated network say to a request, once it is whole: a page of HTTP with
/// its length, in chunks or over HTTP/2, the health of a gRPC server, an upgrade to WebSocket; the
/// time, or "answer", for a datagram.
std::optional<std::string> serve(simulated_world& network, std::string_view request);

}  // namespace muster::test
