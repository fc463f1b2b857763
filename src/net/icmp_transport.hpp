#pragma once

#include "codec/icmp_message.hpp"
#include "muster/address.hpp"
#include "net/deadline_queue.hpp"
#include "net/echo_options.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace muster {

/// An echo request on its way out.
struct outgoing_echo {
  ip_address to;
  std::uint32_t scope = 0;
  std::uint32_t channel = 0;           ///< Which of the transport's ids it carries.
  std::span<const std::byte> message;  ///< From the ICMP header on.
};

/// How many requests of a batch left, and why the next one did not.
struct send_progress {
  std::size_t sent = 0;
  int error = 0;              ///< An errno when none left: the first request was refused.
  bool to_broadcast = false;  ///< That request was refused because it is to a broadcast address.
};

/// How many messages were received, and whether more may be waiting.
struct receive_progress {
  std::size_t count = 0;
  bool more = false;
};

/// Messages that arrived and were not handed over.
struct icmp_losses {
  std::uint64_t unread = 0;   ///< They were not received in time: the buffer was full.
  std::uint64_t corrupt = 0;  ///< The system found their checksum to be wrong.
};

/// A message that arrived for us, or might be for us.
struct incoming_icmp {
  /// The packet as its kind of socket delivers it; valid until the next `receive`.
  std::span<const std::byte> bytes;
  ip_address source;
  deadline::time_point arrived;
  std::uint8_t ttl = 0;  ///< TTL or hop limit, 0 when it is in `bytes` or unknown.
  /// Set when the system has read an ICMP error for us, which then counts instead of `bytes`, and
  /// who sent it.
  const codec::icmp_message* error = nullptr;
  ip_address error_source;
};

/// How the bytes of arriving packets begin.
enum class icmp_framing : std::uint8_t {
  raw_v4,       ///< With an IPv4 header.
  datagram_v4,  ///< With the ICMP header.
  v6,           ///< With the ICMPv6 header.
};

/// A way for ICMP messages to go out and come in: sockets of the kernel, or a network that a test
/// makes up. It has a number of channels, each an id with 65,536 sequence numbers of its own.
class icmp_transport {
 public:
  virtual ~icmp_transport() = default;

  /// datagram or raw, never automatic.
  virtual icmp_socket_mode mode() const = 0;
  virtual icmp_framing framing() const = 0;
  /// A power of two.
  virtual std::size_t channels() const = 0;
  virtual std::uint16_t id_of(std::uint32_t channel) const = 0;
  /// The channel with this id, if there is one.
  virtual std::optional<std::uint32_t> channel_of(std::uint16_t id) const = 0;

  /// Sends as many of the batch as are taken now, in order. At most `batch_max`.
  virtual send_progress send(std::span<const outgoing_echo> batch) = 0;
  /// Takes what has arrived, up to `batch_max`, without waiting.
  virtual receive_progress receive(std::span<incoming_icmp> into) = 0;
  /// Calls `notify` whenever something arrived that has not been received yet.
  virtual void on_arrival(std::function<void()> notify) = 0;
  /// Calls it no more, and keeps the io_context at work no longer.
  virtual void rest() = 0;
  /// What the system has dropped so far.
  virtual icmp_losses losses() = 0;

  /// Messages sent or received at once.
  static constexpr std::size_t batch_max = 64;
};

}  // namespace muster
