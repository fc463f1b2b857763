#pragma once

#include "muster/status_codes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

/// The versions of HTTP that a server may choose from.
struct http_versions {
  bool http1 = true;  ///< HTTP/1.1, and what older servers answer to it.
  /// HTTP/2: where TLS is spoken, and the server chooses it there (RFC 7301). Alone, it is spoken
  /// to any server, which has to know.
  bool http2 = true;

  friend bool operator==(const http_versions&, const http_versions&) = default;
};

/// What requests say of themselves, besides what they ask for.
struct http_headers {
  /// Further headers, a line each, `Name: value`, without its end.
  std::vector<std::string> headers = {};
  /// The value of the header Authorization: for the target's own host only, and never shown.
  std::string authorization = {};
  /// At most `user_agent_bytes_max`, and no control characters.
  std::string user_agent = "muster/0.1";

  static constexpr std::size_t user_agent_bytes_max = 256;
};

struct http_options : http_headers {
  /// As RFC 9110 has it: "GET", "HEAD", "POST", or any other token; of a HEAD no body is read.
  std::string method = "GET";
  /// What is sent with the request; nothing if there is none.
  std::optional<std::string> body = {};
  /// Whether bodies in codings are asked for; they are read in any case.
  bool asks_for_codings = false;
  http_versions versions = {};
  /// Whether connections are kept for further requests to the same server; nothing: where a target
  /// is asked several URLs. Requests that must not be made twice get one of their own in any case.
  std::optional<bool> keeps_connections = {};
  /// Redirects to follow, 0 to `redirects_limit`; 0 reports the redirect itself.
  unsigned redirects_max = 0;
  /// Bytes of body to read; what comes after them is cut off and said so.
  std::uint64_t body_bytes_max = 1024 * 1024;
  /// With which status codes a complete answer is `up`; with any other it is a `mismatch`.
  status_codes expected;

  static constexpr std::size_t sent_body_bytes_max = 16 * 1024 * 1024;
  static constexpr unsigned redirects_limit = 50;
  static constexpr std::uint64_t body_bytes_limit = std::uint64_t{1} << 40;
};

}  // namespace muster
