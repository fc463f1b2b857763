#pragma once

#include "muster/address.hpp"
#include "muster/resolver.hpp"
#include "muster/status_codes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace muster {

/// Which kind of socket ICMP probes use. A datagram socket ("ping socket") needs no privilege where
/// net.ipv4.ping_group_range allows it; a raw one needs CAP_NET_RAW.
enum class icmp_socket_mode : std::uint8_t { automatic, datagram, raw };

struct icmp_options {
  icmp_socket_mode mode = icmp_socket_mode::automatic;
  /// Bytes of payload in an echo request, 0 to `payload_bytes_max`. At 16 or more, a reply proves
  /// that it answers this very request.
  std::size_t payload_bytes = 56;
  /// Time to live or hop limit, 1 to 255; 0 leaves it to the system.
  int ttl = 0;
  /// Type of service or traffic class, 0 to 255; negative leaves it to the system.
  int tos = -1;
  /// Forbid fragmentation.
  bool dont_fragment = false;
  /// Echo requests to each target, 1 or more.
  std::uint32_t count = 1;
  /// From one echo request to the next one to the same target.
  std::chrono::nanoseconds interval = std::chrono::seconds{1};

  /// Room for replies that were not read yet, for each socket. The kernel counts its own overhead,
  /// about 700 bytes a reply, and may grant less.
  int receive_buffer_bytes = 16 * 1024 * 1024;

  static constexpr std::uint32_t count_max = 1'000'000;
  /// 65,535 less the largest IPv4 header and the ICMP header.
  static constexpr std::size_t payload_bytes_max = 65'535 - 60 - 8;
};

struct http_options {
  /// "GET" or "HEAD".
  std::string method = "GET";
  /// Redirects to follow, 0 to `redirects_limit`; 0 reports the redirect itself.
  unsigned redirects_max = 0;
  /// Bytes of body to read; what comes after them is cut off and said so.
  std::uint64_t body_bytes_max = 1024 * 1024;
  std::string user_agent = "muster/0.1";
  /// With which status codes a complete answer is `up`; with any other it is a `mismatch`.
  status_codes expected;

  static constexpr unsigned redirects_limit = 50;
  static constexpr std::uint64_t body_bytes_limit = std::uint64_t{1} << 40;
};

/// Probes that are commands: monitoring plugins.
struct exec_options {
  /// Plugins running at once, at the most; 1 to `processes_limit`.
  std::size_t processes_max = 64;
  /// How long a plugin has after SIGTERM until SIGKILL.
  std::chrono::nanoseconds grace = std::chrono::seconds{1};

  static constexpr std::size_t processes_limit = 100'000;
};

/// How probes are made, whatever their target.
struct probe_options {
  /// The most time a probe may take from its real start: for ICMP, each echo request; for TCP and
  /// HTTP the whole, name lookup included; for a plugin, from its start to its end.
  std::chrono::nanoseconds timeout = std::chrono::seconds{3};
  /// The local address to send from, for targets of its family.
  std::optional<ip_address> source;
  /// The IPv6 zone of `source` as an interface index, which a link-local address needs; 0 for none.
  std::uint32_t source_scope = 0;
  /// The most probes that will be in flight at once.
  std::size_t in_flight_max = 10'000;
  icmp_options icmp;
  http_options http;
  exec_options exec;
  resolver_options resolver;

  /// The shortest timeout and the shortest interval.
  static constexpr std::chrono::milliseconds time_min{1};
};

}  // namespace muster
