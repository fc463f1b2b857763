#pragma once

#include "muster/address.hpp"
#include "net/error_status.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster {

/// What addresses a socket has; `local` for paths of files (unix(7)).
enum class socket_family : std::uint8_t { v4, v6, local };

/// Where a connection goes, or comes from.
struct endpoint {
  ip_address address;
  std::uint16_t port = 0;   ///< 0 for any, where it comes from.
  std::uint32_t scope = 0;  ///< The IPv6 zone as an interface index, 0 for none.
  /// The path of a Unix socket, in the place of all that; null for none. Outlives the endpoint.
  const std::string* path = nullptr;

  socket_family family() const {
    if (path) return socket_family::local;
    return address.is_v4() ? socket_family::v4 : socket_family::v6;
  }
};

/// What is sent: a stream, or datagrams, of which each is one `send` and one `receive`.
enum class transport : std::uint8_t { stream, datagrams };

/// What has changed of a socket that is watched.
struct socket_event {
  std::uint64_t key = 0;  ///< What it is watched as.
  bool readable = false;
  bool writable = false;
  bool failed = false;     ///< An error is pending, or both directions are closed.
  bool peer_done = false;  ///< The peer sends nothing after what has arrived.
  bool urgent = false;     ///< Urgent data came, at which a read stops short of what is behind it.
};

/// The sockets of a run: those of the kernel, or of a world that a test makes up. Each is known by
/// its descriptor. No call waits, and none is interrupted; an error is an errno, 0 for none.
class sockets {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~sockets() = default;

  struct opened {
    int descriptor = -1;
    int error = 0;
  };
  struct transferred {
    std::size_t bytes = 0;
    int error = 0;                      ///< EAGAIN: nothing now.
    std::optional<time_point> arrived;  ///< When the last of what was received came, if known.
  };
  struct icmp_error {
    int error = 0;  ///< What it stands for.
    icmp_rejection by;
    std::optional<time_point> arrived;
  };

  virtual opened open(socket_family family, transport kind) = 0;
  /// Where it connects from. Its port is chosen by the connect, and may be shared between
  /// destinations.
  virtual int bind(int descriptor, const endpoint& from) = 0;
  /// EINPROGRESS: it is writable once it is connected or has failed.
  virtual int connect(int descriptor, const endpoint& to) = 0;
  /// Closes them all, in ascending order.
  virtual void close(std::span<const int> descriptors) = 0;
  /// Has a connection reset when it is closed.
  virtual void reset_on_close(int descriptor) = 0;

  virtual transferred send(int descriptor, std::string_view bytes) = 0;
  /// No bytes and no error is the end of a stream, or an empty datagram.
  virtual transferred receive(int descriptor, std::span<char> into) = 0;

  /// Takes the error that is pending.
  virtual int pending_error(int descriptor) = 0;
  /// Has a socket keep the ICMP errors it gets. A connecting stream over IPv4 keeps them anyway.
  virtual void keep_icmp_errors(int descriptor, bool is_v4) = 0;
  /// Takes one of them; no `error` if there is none.
  virtual icmp_error take_icmp_error(int descriptor) = 0;
  /// Has `receive` say when what it gives arrived.
  virtual void stamp_arrivals(int descriptor) = 0;
  /// Where a connection comes from; its port is 0 when that is not known.
  virtual endpoint local(int descriptor) = 0;
  /// The lowest port that a connection comes from without having been told to.
  virtual std::uint16_t first_ephemeral_port() = 0;
  /// How long the handshake of a connection took, from the first SYN to its answer; nothing when
  /// one was lost, or nobody can tell. Asked before anything is sent.
  virtual std::optional<std::chrono::nanoseconds> handshake_rtt(int descriptor) = 0;

  /// Has each change told from now on, once; what is the case now is a change.
  virtual int watch(int descriptor, std::uint64_t key) = 0;
  /// Has what is the case now told again.
  virtual int tell_again(int descriptor, std::uint64_t key) = 0;
  /// Takes events, as many as there is room for.
  virtual std::size_t take_events(std::span<socket_event> into) = 0;
  /// Calls `dispatch`, which takes events and says how many there were, whenever there are any,
  /// from the first `watch` on until `rest`, and keeps the io_context at work so long.
  virtual void on_events(std::function<std::size_t()> dispatch) = 0;
  virtual void rest() = 0;
};

}  // namespace muster
