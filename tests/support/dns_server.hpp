#pragma once

#include "muster/address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/udp.hpp>

namespace muster::test {

/// What the server does when it is asked about a name.
struct dns_script {
  enum class action : std::uint8_t {
    answer,     ///< A proper answer, over UDP and TCP.
    silence,    ///< Nothing.
    noise,      ///< Bytes that are not a DNS message.
    broken,     ///< The right header and question, then records cut off in the middle.
    truncated,  ///< Over UDP an empty answer with the TC bit set; over TCP a proper one.
    partial,    ///< A proper answer, over UDP with the TC bit set as if there were more.
    foreign,    ///< An answer to another question, under the right message id.
  };
  /// Questions by what they ask for: A or AAAA records.
  enum class family : std::uint8_t { none, v4, v6, both };
  /// IPv4 addresses answer A questions, IPv6 addresses AAAA questions.
  std::vector<ip_address> addresses = {};
  std::uint32_t ttl_s = 300;
  unsigned rcode = 0;
  /// Which questions get that code; the others get 0.
  family rcode_for = family::both;
  /// Which questions get no answer.
  family silent_about = family::none;
  action what = action::answer;
  /// When set, the answer begins with a CNAME to this name, and the addresses are that name's.
  std::string alias_of = {};
  /// IPv4 addresses answer AAAA questions instead, as IPv4-mapped addresses.
  bool mapped = false;
  /// Every question is answered with all addresses, whatever it asks for.
  bool all_types = false;
};

/// A DNS server on 127.0.0.1, on the test's own io_context, that plays a script for each name.
class dns_server {
 public:
  /// `port` 0 lets the kernel choose.
  explicit dns_server(asio::io_context& context, std::uint16_t port = 0);
  dns_server(const dns_server&) = delete;
  dns_server& operator=(const dns_server&) = delete;

  std::uint16_t port() const { return udp_.local_endpoint().port(); }
  /// As it is written in `resolver_options::servers`.
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  /// `name` in lower case, without the trailing dot.
  void on(std::string name, dns_script script) { scripts_[std::move(name)] = std::move(script); }
  /// For names without a script of their own; at first, NXDOMAIN.
  void otherwise(dns_script script) { otherwise_ = std::move(script); }
  /// Stops listening, so that the io_context can run out of work.
  void close();
  /// Takes no TCP connections any more.
  void close_tcp() { tcp_.close(); }

  /// Whether it was asked, over UDP, and has not read that yet, as the io_context does not run.
  bool has_unread() const { return udp_.available() > 0; }
  std::size_t questions() const { return questions_; }
  std::size_t questions_about(const std::string& name) const;
  std::size_t tcp_questions() const { return tcp_questions_; }

 private:
  struct tcp_peer;
  /// False when one of the two is taken.
  bool bind_both(std::uint16_t port);
  void receive();
  void accept();
  void read(std::shared_ptr<tcp_peer> peer);
  /// The answer to a message; empty for none.
  std::vector<std::uint8_t> reply_to(const std::uint8_t* message, std::size_t bytes, bool over_tcp);

  asio::ip::udp::socket udp_;
  asio::ip::tcp::acceptor tcp_;
  asio::ip::udp::endpoint sender_;
  std::array<std::uint8_t, 2048> buffer_{};
  std::unordered_map<std::string, dns_script> scripts_;
  std::unordered_map<std::string, std::size_t> asked_;
  dns_script otherwise_{.rcode = 3};
  std::size_t questions_ = 0;
  std::size_t tcp_questions_ = 0;
};

}  // namespace muster::test
