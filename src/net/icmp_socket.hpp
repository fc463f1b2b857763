#pragma once

#include "codec/icmp_message.hpp"
#include "net/icmp_open.hpp"
#include "net/icmp_transport.hpp"
#include "net/job.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace muster {

/// One ICMP socket of the kernel: sends and receives in batches, with the kernel's time stamps.
class icmp_socket {
 public:
  /// Takes over `opened.descriptor`. `message_bytes`: of a request or reply, ICMP header included.
  icmp_socket(asio::io_context& context, codec::ip_family family, const opened_icmp_socket& opened,
              std::size_t message_bytes);
  icmp_socket(const icmp_socket&) = delete;
  icmp_socket& operator=(const icmp_socket&) = delete;
  ~icmp_socket();

  icmp_framing framing() const { return framing_; }
  /// All of `batch` belongs to this socket.
  send_progress send(std::span<const outgoing_echo> batch);
  std::size_t receive(std::span<incoming_icmp> into);
  void on_arrival(std::function<void()> notify);
  /// Calls it no more.
  void rest() { socket_.cancel(); }
  /// See `icmp_transport::losses`.
  icmp_losses losses();

 private:
  static constexpr std::size_t batch_max = icmp_transport::batch_max;
  struct send_batch;
  struct receive_batch;

  std::size_t receive_from(std::span<incoming_icmp> into, std::size_t first, int flags);
  static job receive_loop(job_scope&, icmp_socket& self);

  const icmp_framing framing_;
  // The kernel counts a raw ICMPv6 message with a wrong checksum among those that found no room.
  const bool checks_sums_;
  const int descriptor_;  // socket_'s own
  asio::posix::stream_descriptor socket_;
  std::function<void()> notify_;
  icmp_losses losses_;
  std::uint32_t kernel_drops_ = 0;
  bool was_full_ = false;  // at some time since the losses were last asked for
  std::unique_ptr<send_batch> send_;
  std::unique_ptr<receive_batch> receive_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
