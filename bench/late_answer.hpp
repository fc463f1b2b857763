#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace muster::bench {

/// What a client times, each from the packet that it sends to the one that answers.
enum class late_phase : std::uint8_t {
  lookup,    ///< A question of a name server.
  first,     ///< An echo request, or the beginning of a connection.
  response,  ///< A request on a connection.
  none,      ///< The end of a connection, which nobody waits for.
};

/// The IPv4 packet that answers another one.
struct late_answer {
  static constexpr std::size_t bytes_max = 512;

  std::array<std::uint8_t, bytes_max> bytes;
  std::size_t size = 0;
  late_phase phase = late_phase::none;
  std::uint32_t host = 0;  ///< Which of the hosts answers, or is asked for: their number.
};

/// The first of the hosts that answer late, 10.0.0.1; the others follow, and `h0.bench.test` and on
/// are their names. The name server is none of them.
inline constexpr std::uint32_t late_hosts_address = 0x0a000001;
inline constexpr std::uint32_t late_names_address = 0x0aff0035;  // 10.255.0.53
/// Who connects to this port is accepted and gets an HTTP response; all others are refused.
inline constexpr std::uint16_t late_port = 8080;

/// Answers an IPv4 packet as a host would: echo requests, connections, requests on them, and
/// questions for A and AAAA records of the hosts' names (RFC 791, 792, 9293, 1035). Nothing is
/// remembered between packets. None for what is malformed, or longer than `bytes_max`, or needs no
/// answer. The checksum of TCP and UDP is not looked at: on its way through a cable inside one
/// machine nobody fills it in.
std::optional<late_answer> answer_late(std::span<const std::uint8_t> packet);

}  // namespace muster::bench
