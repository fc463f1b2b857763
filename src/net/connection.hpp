#pragma once

#include "muster/address.hpp"
#include "net/error_status.hpp"
#include "net/probe_deadline.hpp"
#include "net/shortage.hpp"
#include "net/socket_poller.hpp"

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace muster {

struct ancillary;

/// Where a connection goes, or comes from.
struct endpoint {
  ip_address address;
  std::uint16_t port = 0;   ///< 0 for any, where it comes from.
  std::uint32_t scope = 0;  ///< The IPv6 zone as an interface index, 0 for none.
};

/// One TCP connection of a probe, or its UDP socket. Non-blocking calls that say what happened, and
/// one wait: no buffer of its own, so ten thousand idle connections hold no memory but their
/// sockets. Closing resets the connection, so that no port is left in TIME_WAIT.
class connection final : public cancellable {
 public:
  using clock = std::chrono::steady_clock;
  /// What is sent: a stream, or datagrams, of which each is one `write` and one `read`.
  enum class transport : std::uint8_t { stream, datagrams };

  /// Both outlive the connection.
  connection(socket_poller& poller, shortage& scarce, transport kind = transport::stream);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { close(); }

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
  void stamp_arrivals();
  /// When the last of what was read, or the error, reached this machine, by the kernel's clock;
  /// where it can't tell, when it was read.
  clock::time_point arrived() const { return arrived_; }
  /// What an error of `read` or `write` means that may be the answer to a datagram.
  outcome rejected(int error);
  void close();

  static constexpr auto readable = readiness::readable;
  static constexpr auto writable = readiness::writable;

  /// `co_await peer.wait(connection::readable)`: waits until the socket is ready, or `cancel`.
  socket_wait wait(readiness what) { return {socket_, what}; }
  /// The same for a step that resumes `coroutine` at the end of the wait.
  void await_writable(std::coroutine_handle<> coroutine) { socket_.await(writable, coroutine); }

  /// Ends a wait. May destroy `*this`.
  void cancel() override { socket_.stop_waiting(); }

 private:
  progress fail(int error, scarce_resource missing);
  int prepare(const endpoint& to, const std::optional<endpoint>& source);
  scarce_resource missing_for_connect(int error, const std::optional<endpoint>& source) const;

  int take_icmp_error(icmp_rejection& by);
  void note_arrival(const ancillary& beside);

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
