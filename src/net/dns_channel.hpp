#pragma once

#include "muster/address.hpp"
#include "muster/status.hpp"
#include "net/dns_socket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
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
};

struct dns_channel_options {
  std::vector<dns_server_address> servers;  ///< When empty, those of /etc/resolv.conf.
  std::chrono::milliseconds query_timeout{};
  int tries = 0;
  bool over_tcp = false;  ///< Rather than UDP.
};

/// The families a lookup asks for.
enum class dns_families : std::uint8_t { both, v4, v6 };

/// What a lookup brought, in the order of the answer.
struct dns_reply {
  muster::reason failure = reason::none;
  std::vector<ip_address> addresses;
  std::chrono::seconds ttl{};  ///< The least of the records used; meaningless if `local`.
  bool local = false;          ///< Found without DNS: in the hosts file, or a numeric address.
};

/// One lookup under way. It lives until `replied` was called or the channel was destroyed.
class dns_query {
 public:
  virtual ~dns_query() = default;
  /// May be called from inside `dns_channel::start`. Must not destroy the channel.
  virtual void replied(dns_reply reply) = 0;

 private:
  friend class dns_channel;
  class dns_channel* channel_ = nullptr;
  std::uint64_t arrivals_before_ = 0;
  std::uint64_t closures_before_ = 0;
  std::string name_;
  dns_families families_{};
  dns_reply cut_short_;  // what a truncated answer held, while it is asked for again over TCP
};

/// True when this process or the system has no file descriptor left.
bool descriptors_exhausted();

/// c-ares on the io_context: waits for its sockets and its timeouts. The one file that knows
/// c-ares.
class dns_channel {
 public:
  /// The io_context outlives the channel. Throws std::runtime_error when c-ares can't start.
  dns_channel(asio::io_context& context, const dns_channel_options& options);
  dns_channel(const dns_channel&) = delete;
  dns_channel& operator=(const dns_channel&) = delete;
  /// Queries that are under way are never called any more.
  ~dns_channel();

  /// Looks `name` up. It holds nothing but the letters of a host name.
  void start(const std::string& name, dns_families families, dns_query& query);

 private:
  struct watch;
  static void on_answer(void* query, int status, int timeouts, ares_addrinfo* result);
  static void on_socket_state(void* self, int descriptor, int readable, int writable);
  void watch_socket(int descriptor, bool readable, bool writable);
  void unwatch_socket(int descriptor);
  void wait(const std::shared_ptr<watch>& socket);
  void process(int readable, int writable);
  void arm_timer();
  reason why_refused(const dns_query& query) const;
  void note_truncated(std::string name);
  bool was_truncated(const dns_query& query);
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
  std::uint64_t closures_ = 0;  // how often c-ares closed a socket
  bool timer_armed_ = false;
  bool closing_ = false;
  std::set<std::string> truncated_;  // the names that truncated answers of late were about
  truncation_handler on_truncated_;
  std::unique_ptr<dns_channel> over_tcp_;  // for what was truncated; absent until needed
};

}  // namespace muster
