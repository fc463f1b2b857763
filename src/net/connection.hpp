#pragma once

#include "net/error_status.hpp"
#include "net/shortage.hpp"
#include "net/socket_poller.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace muster {

/// One TCP connection of a probe, or one to a Unix socket, or its UDP socket: calls that never wait
/// and say what happened, and one wait. It has no buffer of its own, so ten thousand idle
/// connections hold no memory but their sockets. Closing resets the connection, so that no port is
/// left in TIME_WAIT.
class connection {
 public:
  using clock = std::chrono::steady_clock;

  /// Both outlive the connection.
  connection(socket_poller& poller, shortage& scarce, transport kind)
      : socket_{poller}, scarce_{scarce}, transport_{kind} {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { close(); }
  /// Takes over what another of the same poller and transport is connected to; the other is left
  /// unconnected.
  void take_over(connection& other);

  /// What a call came to.
  struct progress {
    std::size_t bytes = 0;
    int error = 0;             ///< An errno, 0 for none.
    bool would_block = false;  ///< Nothing yet: wait, then call again.
  };

  /// Begins to connect; `source` is where from, for destinations of its family. `would_block`
  /// means that it is under way: wait for writability, then ask `connected`.
  progress connect(const endpoint& to, const std::optional<endpoint>& source);
  /// A failed `connect` did not get as far as the network.
  bool socket_failed() const { return socket_failed_; }
  /// What a failed `connect` or `write` was in want of; it is worth trying again later.
  scarce_resource missing() const { return missing_; }
  /// The outcome of a connect that was under way: an errno, 0 for success; and the ICMP error that
  /// was the answer, if it was one.
  int connected(icmp_rejection& by);
  /// True when the kernel connected the socket to itself, which a connect to a local port from the
  /// ephemeral range can do. Nothing listens there.
  bool connected_to_itself() const;
  /// How long the handshake took by the kernel's own clocks, from the first SYN to its answer;
  /// nothing when one was lost, or the kernel can't tell.
  std::optional<std::chrono::nanoseconds> handshake_rtt() const;
  progress write(std::string_view bytes);
  /// No bytes and no error is the end of the stream, or an empty datagram.
  progress read(std::span<char> into);
  /// Has the kernel say when what is read from now on reached this machine. Datagrams always have
  /// that.
  void stamp_arrivals() { system().stamp_arrivals(socket_.descriptor()); }
  /// When the last of what was read, or the error, reached this machine, by the kernel's clock;
  /// where it can't tell, when it was read.
  clock::time_point arrived() const { return arrived_; }
  /// What an error of `read` or `write` means that may be the answer to a datagram.
  outcome rejected(int error);
  void close();

  static constexpr auto readable = readiness::readable;
  static constexpr auto writable = readiness::writable;

  bool ready(readiness what) const { return socket_.ready(what); }
  /// When it was last told that it is.
  clock::time_point told() const { return socket_.told(); }
  /// Tells `waiter` once the socket is ready for `what`.
  void await(readiness what, socket_waiter& waiter) { socket_.await(what, waiter); }
  void forget_waiter() { socket_.forget_waiter(); }
  socket_poller& poller() const { return socket_.poller(); }

 private:
  sockets& system() const { return socket_.system(); }
  progress fail(int error, scarce_resource missing);
  int prepare(const endpoint& to, const std::optional<endpoint>& source);
  bool has_source_address() const;
  scarce_resource missing_for_connect(int error, const std::optional<endpoint>& source) const;
  int take_icmp_error(icmp_rejection& by);
  void note_arrival(const std::optional<clock::time_point>& stamp);

  polled_socket socket_;
  shortage& scarce_;
  const transport transport_;
  clock::time_point arrived_{};
  endpoint remote_;
  scarce_resource missing_ = scarce_resource::none;
  bool socket_failed_ = false;
  bool reset_on_close_ = false;
  bool held_ = false;  // what others may be short of
};

}  // namespace muster
