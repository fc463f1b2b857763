#pragma once

#include "codec/icmp_message.hpp"
#include "muster/detail/intrusive_list.hpp"
#include "muster/stray_replies.hpp"
#include "net/deadline_queue.hpp"
#include "net/echo_book.hpp"
#include "net/echo_operation.hpp"
#include "net/echo_options.hpp"
#include "net/icmp_transport.hpp"
#include "net/job.hpp"
#include "net/network.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>

namespace muster {

/// What all ICMP probes of one address family share: requests leave through it in batches, and what
/// comes in is credited to a probe by id, sequence number, payload cookie and source. What can't be
/// credited is counted in `strays()` and makes nobody `up`.
class echo_exchange {
 public:
  /// Opens the transport. Everything that is passed by reference, save the options, outlives the
  /// exchange. Throws std::system_error, with the remedy in its text when it is a matter of
  /// permission.
  echo_exchange(asio::io_context& context, network& net, deadline_queue& deadlines,
                codec::ip_family family, const echo_options& options);
  ~echo_exchange();

  icmp_socket_mode mode() const { return transport_->mode(); }
  /// Replies that were credited to nobody.
  const stray_replies& strays() const { return strays_; }
  /// Reads all that has arrived.
  void receive();
  /// Ends every request that has not been sent yet, as cancelled.
  void cancel_unsent();
  /// The last operation has ended, and none follows: nothing is read any more, and the io_context
  /// is not kept at work.
  void rest();

 private:
  friend class echo_operation;
  static constexpr std::size_t batch_max = icmp_transport::batch_max;
  /// A request whose reply may have been dropped by this machine, or that was too big for the way
  /// while nobody knew how big it may be, is sent again, this often.
  static constexpr std::uint8_t resends_max = 3;

  /// Armed while nothing else may be, so that the queue notices a standstill.
  class life_sign final : public deadline {
    void on_deadline(ending) override {}
  };

  void start(echo_operation& operation);
  void forget(echo_operation& operation, bool answered);
  bool resend(echo_operation& operation);
  bool ask_again(echo_operation& operation);
  void schedule_flush();
  void flush();
  bool send_some();
  std::size_t fill_batch();
  void settle_sent(std::size_t count, deadline::time_point before);
  bool fail_first(const send_progress& gone);
  void pause_sending();
  void stay_away(std::chrono::nanoseconds time);
  void recover();
  bool receive_some();
  void note_drops();
  void on_incoming(const incoming_icmp& packet);
  void on_message(const codec::icmp_message& message, const incoming_icmp& packet);
  void on_error(echo_operation& operation, const codec::icmp_message& message,
                ip_address error_source);
  bool proves_sight(const echo_operation& operation, const codec::icmp_message& message);
  void on_reply(echo_operation& operation, const codec::icmp_message& message,
                const incoming_icmp& packet);
  std::span<std::byte> message(std::size_t i) {
    return {messages_.data() + i * message_bytes_, message_bytes_};
  }
  static job flush_soon(job_scope&, echo_exchange& self);

  const codec::ip_family family_;
  const std::size_t payload_bytes_;
  const std::size_t message_bytes_;
  asio::io_context& context_;
  timeline& time_;
  deadline_queue& deadlines_;
  life_sign sending_now_;
  std::unique_ptr<icmp_transport> transport_;
  const icmp_framing framing_;
  const bool may_fragment_;
  const std::uint64_t secret_;
  echo_book book_;
  stray_replies strays_;
  std::uint64_t corrupt_unseen_ = 0;  // of the corrupt ones, those that the system kept to itself
  echo_outcome outcome_;              // of the operation that was completed last
  intrusive_list<deadline> unsent_;
  bool flush_pending_ = false;
  bool paused_ = false;
  std::chrono::milliseconds pause_;
  // While replies are being dropped, fewer requests leave at once, and not one batch after the
  // other.
  std::size_t batch_limit_ = batch_max;
  std::chrono::milliseconds batch_gap_{0};
  int batches_of_size_ = 0;  // since the limit changed
  deadline::time_point drops_noticed_{};
  std::vector<std::byte> messages_;
  std::array<outgoing_echo, batch_max> outgoing_;
  std::array<echo_operation*, batch_max> sending_{};
  std::array<incoming_icmp, batch_max> incoming_;
  std::unique_ptr<alarm> pause_over_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster
