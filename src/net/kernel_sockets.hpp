#pragma once

#include "net/job.hpp"
#include "net/sockets.hpp"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace muster {

/// The kernel's sockets, behind one epoll of their own, whose descriptor is all that Asio's reactor
/// sees of them. Pipes and other descriptors can be watched as well.
class kernel_sockets final : public sockets {
 public:
  /// The io_context outlives it. Throws std::system_error when the kernel has no epoll left.
  explicit kernel_sockets(asio::io_context& context);

  opened open(socket_family family, transport kind) override;
  int bind(int descriptor, const endpoint& from) override;
  int connect(int descriptor, const endpoint& to) override;
  void close(std::span<const int> descriptors) override;
  void reset_on_close(int descriptor) override;
  transferred send(int descriptor, std::string_view bytes) override;
  transferred receive(int descriptor, std::span<char> into) override;
  int pending_error(int descriptor) override;
  void keep_icmp_errors(int descriptor, bool is_v4) override;
  icmp_error take_icmp_error(int descriptor) override;
  void stamp_arrivals(int descriptor) override;
  endpoint local(int descriptor) override;
  std::uint16_t first_ephemeral_port() override;
  std::optional<std::chrono::nanoseconds> handshake_rtt(int descriptor) override;
  /// ENOSPC when the user's watches are used up (fs.epoll.max_user_watches), ENOMEM.
  int watch(int descriptor, std::uint64_t key) override;
  int tell_again(int descriptor, std::uint64_t key) override;
  std::size_t take_events(std::span<socket_event> into) override;
  void on_events(std::function<std::size_t()> dispatch) override {
    dispatch_ = std::move(dispatch);
  }
  void rest() override;

 private:
  static job serve(job_scope&, kernel_sockets& self);

  asio::posix::stream_descriptor epoll_;
  std::function<std::size_t()> dispatch_;
  bool at_work_ = false;
  bool serving_ = false;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
