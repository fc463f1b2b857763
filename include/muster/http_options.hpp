#pragma once

#include "muster/status_codes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace muster {

struct http_options {
  /// "GET" or "HEAD".
  std::string method = "GET";
  /// Redirects to follow, 0 to `redirects_limit`; 0 reports the redirect itself.
  unsigned redirects_max = 0;
  /// Bytes of body to read; what comes after them is cut off and said so.
  std::uint64_t body_bytes_max = 1024 * 1024;
  /// At most `user_agent_bytes_max`, and no control characters.
  std::string user_agent = "muster/0.1";
  /// With which status codes a complete answer is `up`; with any other it is a `mismatch`.
  status_codes expected;

  static constexpr std::size_t user_agent_bytes_max = 256;
  static constexpr unsigned redirects_limit = 50;
  static constexpr std::uint64_t body_bytes_limit = std::uint64_t{1} << 40;
};

}  // namespace muster
