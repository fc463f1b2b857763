#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

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

  /// What one target may lose of its echo requests, in thousandths, and how long their mean round
  /// trip may be: more is a `mismatch`, with one reason up to the higher and another beyond it.
  struct bound {
    std::int64_t warning = std::numeric_limits<std::int64_t>::max();
    std::int64_t critical = std::numeric_limits<std::int64_t>::max();
    friend bool operator==(const bound&, const bound&) = default;
  };
  bound loss;
  bound rtt;  ///< In nanoseconds.
  bool is_bounded() const { return loss != bound{} || rtt != bound{}; }

  /// Room for replies that were not read yet, for each socket. The kernel counts its own overhead,
  /// about 700 bytes a reply, and may grant less.
  int receive_buffer_bytes = 16 * 1024 * 1024;

  static constexpr std::uint32_t count_max = 1'000'000;
  /// 65,535 less the largest IPv4 header and the ICMP header.
  static constexpr std::size_t payload_bytes_max = 65'535 - 60 - 8;
};

}  // namespace muster
