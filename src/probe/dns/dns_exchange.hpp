#pragma once

#include "codec/dns_message.hpp"
#include "muster/probe/dns.hpp"
#include "net/socket_address.hpp"
#include "probe/dns/dns_rules.hpp"
#include "probe/prober.hpp"
#include "probe/target_spec.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace muster {

/// All of a DNS probe but the waiting: what is asked, over what, and what to make of what comes.
class dns_exchange {
 public:
  using clock = std::chrono::steady_clock;

  /// Both outlive the exchange.
  dns_exchange(prober& shared, const probe_request& request);

  enum class state : std::uint8_t {
    need_more,
    done,       ///< With an answer, or with what is wrong.
    truncated,  ///< The answer does not fit into a datagram: connect again, now over TCP.
  };

  void resolved(ip_address address);
  endpoint& destination() { return to_; }
  /// Whether the connection may be to any address of the server, rather than to the one that has
  /// answered already.
  bool may_race() const { return spec_->over != dns_transport::udp; }
  transport kind() const {
    return over_ == dns_transport::udp ? transport::datagrams : transport::stream;
  }
  bool is_secure() const { return over_ == dns_transport::tls; }
  void connected(const byte_stream::connected& came_to);
  std::unique_ptr<codec::tls_session> make_tls_session() const;
  /// What is known of the peer by now.
  void note_tls(const codec::tls_session& session);

  /// The bytes to send; they last until the next connect.
  std::string_view question();
  void sent(const byte_stream::transferred& came_to, byte_stream& peer);
  /// Takes what a read into the prober's buffer came to.
  state received(const byte_stream::transferred& got, byte_stream& peer);

  /// Nothing is wrong so far.
  bool is_well() const { return outcome_.status == status::up; }
  void fail(const outcome& what) { outcome_ = what; }
  void deliver();

 private:
  /// What is wrong with a step that sent or read.
  outcome failure(const byte_stream::transferred& came_to, byte_stream& peer, reason timed_out);
  void note_arrival(clock::time_point at);
  state take_datagram(std::string_view bytes);
  state take_stream(std::string_view bytes);
  state take_answer(std::span<const std::byte> message);
  state malformed();
  void note_answer(const codec::dns_message& answer, std::size_t bytes);
  void note_record(codec::dns_section section, const codec::dns_record& record);
  /// What speaks against an answer; nothing if it is as asked for.
  outcome judged();

  prober& shared_;
  const probe_request& request_;
  const target_spec<dns_spec> spec_;
  std::unique_ptr<dns_details> details_;
  codec::dns_question asked_;
  dns_transport over_;
  endpoint to_;
  bool has_address_ = false;
  std::uint16_t id_ = 0;
  std::string question_;
  std::string answer_;  ///< What came of it over TCP, with its length.
  unsigned strays_ = 0;
  dns_rules rules_;
  outcome outcome_;
  clock::time_point asked_at_{};
  clock::time_point latest_{};  ///< When something of an answer last arrived.
  std::chrono::nanoseconds took_{-1};
};

}  // namespace muster
