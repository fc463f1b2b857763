#pragma once

#include "muster/address.hpp"
#include "net/dns_reply.hpp"
#include "net/dns_socket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

struct ares_channeldata;
struct ares_addrinfo;

namespace muster {

/// Where a name server listens.
struct dns_server_address {
  ip_address address;
  std::uint16_t port = 53;
  std::uint32_t scope = 0;  ///< The zone of a link-local address, as an interface's index.
};

struct dns_channel_options {
  std::vector<dns_server_address> servers;  ///< At least one.
  std::chrono::milliseconds query_timeout{};
  int tries = 0;
  bool over_tcp = false;  ///< Rather than UDP.
  bool rotate = false;    ///< Each question begins with another server.
};

/// One question under way. It lives until `replied` was called or the channel was destroyed.
class dns_query {
 public:
  virtual ~dns_query() = default;
  /// May be called from inside `dns_channel::start`. Must not destroy the channel.
  virtual void replied(dns_reply reply) = 0;

 private:
  friend class dns_channel;
  class dns_channel* channel_ = nullptr;
  std::uint64_t arrivals_before_ = 0;
  std::uint64_t failures_before_ = 0;
  std::string name_;
  dns_family family_{};
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point asked_;  // the last time
  std::chrono::nanoseconds lost_when_started_{0};
  std::chrono::nanoseconds lost_when_asked_{0};
  dns_reply cut_short_;  // what a truncated answer held, while it is asked for again over TCP
};

/// True when this process or the system has no file descriptor left.
bool descriptors_exhausted();

/// c-ares on the io_context: waits for its sockets and its timeouts. Nothing but this, dns_reply
/// and dns_socket knows c-ares.
class dns_channel {
 public:
  /// The io_context outlives the channel. Throws std::runtime_error when c-ares can't start.
  dns_channel(asio::io_context& context, const dns_channel_options& options);
  dns_channel(const dns_channel&) = delete;
  dns_channel& operator=(const dns_channel&) = delete;
  /// Queries that are under way are never called any more.
  ~dns_channel();

  /// Asks the servers for the addresses of `name`, which is in lower case, holds nothing but the
  /// letters of a host name, and has no trailing dot. No search domain is added.
  void start(const std::string& name, dns_family family, dns_query& query);

 private:
  struct watch;
  void ask(dns_query& query);
  bool has_patience(const dns_query& query) const;
  static void on_answer(void* query, int status, int timeouts, ares_addrinfo* result);
  static void on_socket_state(void* self, int descriptor, int readable, int writable);
  std::uint32_t zone_of(const ip_address& server) const;
  void watch_socket(int descriptor, bool readable, bool writable);
  void unwatch_socket(int descriptor);
  void wait(const std::shared_ptr<watch>& socket);
  void process(int readable, int writable);
  void arm_timer();
  void catch_up();
  dns_reply reply_to(const dns_query& query, int status, const ares_addrinfo* result,
                     unsigned rcode) const;
  reason why_refused(const dns_query& query) const;
  void keep(codec::dns_remark remark);
  std::optional<codec::dns_remark> take_remark(const dns_query& query);
  void ask_over_tcp(dns_query& query, dns_reply reply);

  asio::io_context& context_;
  const dns_channel_options options_;
  // Handlers of the timer and of the watches hold them weakly: one that finds its object gone,
  // finds this channel gone or its socket closed, and does nothing.
  std::shared_ptr<asio::steady_timer> timer_;
  std::vector<std::shared_ptr<watch>> watches_;
  ares_channeldata* ares_ = nullptr;
  dns_query* starting_ = nullptr;  // the query whose `start` is on the stack
  std::size_t in_flight_ = 0;
  std::uint64_t arrivals_ = 0;  // how often a socket became readable
  std::uint64_t failures_ = 0;  // how often a socket failed or was closed
  bool timer_armed_ = false;
  std::chrono::steady_clock::time_point timer_due_;
  std::chrono::nanoseconds lost_{0};  // by standstills of this process while questions waited
  bool closing_ = false;
  // What was remarked on answers of late, by the name and the type of their questions.
  std::map<std::pair<std::string, std::uint16_t>, codec::dns_remark> remarks_;
  dns_socket_hooks hooks_;
  std::chrono::steady_clock::time_point arrived_;  // what c-ares has read last
  std::unique_ptr<dns_channel> over_tcp_;          // for what was truncated; absent until needed
};

}  // namespace muster
