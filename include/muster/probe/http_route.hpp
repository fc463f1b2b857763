#pragma once

#include <cstddef>
#include <string>

namespace muster {

/// How requests of HTTP get to their servers: straight, unless one of these says otherwise. Nothing
/// of the environment does.
struct http_route {
  /// The URL of a proxy that all requests go through, `http://host:port`; empty for none. Those for
  /// `http://` are asked of it (RFC 9112, 3.2.2), those for `https://` go through a tunnel that it
  /// opens (RFC 9110, 9.3.6). Names are then the proxy's to look up.
  std::string proxy = {};
  /// The value of the header Proxy-Authorization: for the proxy only, and never shown.
  std::string proxy_authorization = {};
  /// The path of a Unix socket that all requests go to, whatever host they are for; empty for none.
  /// Not together with a proxy, at most `unix_socket_bytes_max` bytes, and no NUL.
  std::string unix_socket = {};

  /// What unix(7) has room for.
  static constexpr std::size_t unix_socket_bytes_max = 107;
};

}  // namespace muster
