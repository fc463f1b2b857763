#pragma once

#include "net/icmp_socket.hpp"
#include "net/icmp_transport.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <asio/io_context.hpp>

namespace muster {

/// ICMP through sockets of the kernel, for one address family: a raw socket with a block of ids, or
/// as many datagram sockets as the probes in flight need, each with the one id that the kernel
/// gives it.
class kernel_icmp final : public icmp_transport {
 public:
  /// Opens the sockets. Throws std::system_error, with the remedy in its text when it is a matter
  /// of permission. The io_context outlives the transport.
  kernel_icmp(asio::io_context& context, codec::ip_family family, const echo_options& options,
              std::uint16_t random_id);

  icmp_socket_mode mode() const override { return mode_; }
  icmp_framing framing() const override { return sockets_.front()->framing(); }
  std::size_t channels() const override { return ids_.size(); }
  std::uint16_t id_of(std::uint32_t channel) const override { return ids_[channel]; }
  std::optional<std::uint32_t> channel_of(std::uint16_t id) const override;

  send_progress send(std::span<const outgoing_echo> batch) override;
  receive_progress receive(std::span<incoming_icmp> into) override;
  void on_arrival(std::function<void()> notify) override;
  void rest() override;
  icmp_losses losses() override;

 private:
  icmp_socket& socket_of(std::uint32_t channel) {
    return *sockets_[sockets_.size() == 1 ? 0 : channel];
  }

  icmp_socket_mode mode_;
  std::vector<std::uint16_t> ids_;                     // by channel
  std::vector<std::unique_ptr<icmp_socket>> sockets_;  // one for all channels, or one for each
  std::size_t next_to_read_ = 0;
};

}  // namespace muster
