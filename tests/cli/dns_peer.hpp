#pragma once

#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {

/// A port of 127.0.0.1 where questions are answered, over UDP and TCP, with whatever a script says.
class dns_peer {
 public:
  /// The datagrams, or the pieces of the stream, which is closed then, that answer a question.
  using script =
      std::function<std::vector<std::string>(const std::string& question, bool over_tcp)>;

  explicit dns_peer(script answer) : answer_{std::move(answer)} {
    while (!bind_both(free_port())) {
    }
    worker_ = std::thread{[this] { serve(); }};
  }
  ~dns_peer() {
    const std::uint64_t one = 1;
    CHECK(::write(stop_, &one, sizeof one) == sizeof one);
    worker_.join();
    for (const int one_of : {udp_, tcp_, stop_})
      ::close(one_of);
  }

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }
  unsigned questions() const { return questions_; }

 private:
  bool bind_both(std::uint16_t port) {
    port_ = port;
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    own.sin_port = htons(port);
    const auto* const base = reinterpret_cast<const sockaddr*>(&own);
    udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(tcp_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(udp_, base, sizeof own) == 0 && ::bind(tcp_, base, sizeof own) == 0 &&
        ::listen(tcp_, 8) == 0) {
      return true;
    }
    ::close(udp_);
    ::close(tcp_);
    return false;
  }
  void serve() {
    for (;;) {
      std::array<pollfd, 3> all{{{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}, {stop_, POLLIN, 0}}};
      ::poll(all.data(), all.size(), -1);
      if (all[2].revents != 0) return;
      if (all[0].revents != 0) answer_datagram();
      if (all[1].revents != 0) answer_stream();
    }
  }
  void answer_datagram() {
    std::array<char, 2048> bytes{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto* const base = reinterpret_cast<sockaddr*>(&from);
    const auto got = ::recvfrom(udp_, bytes.data(), bytes.size(), 0, base, &size);
    if (got < 0) return;
    ++questions_;
    for (const std::string& one : answer_({bytes.data(), static_cast<std::size_t>(got)}, false))
      ::sendto(udp_, one.data(), one.size(), 0, base, size);
  }
  void answer_stream() {
    const int peer = ::accept(tcp_, nullptr, nullptr);
    if (peer < 0) return;
    std::array<char, 2048> bytes{};
    const auto got = ::recv(peer, bytes.data(), bytes.size(), 0);
    if (got > 2) {
      ++questions_;
      for (const std::string& one :
           answer_({bytes.data() + 2, static_cast<std::size_t>(got) - 2}, true))
        ::send(peer, one.data(), one.size(), MSG_NOSIGNAL);
    }
    ::close(peer);
  }

  script answer_;
  int udp_ = -1;
  int tcp_ = -1;
  int stop_ = ::eventfd(0, EFD_CLOEXEC);
  std::uint16_t port_ = 0;
  std::atomic<unsigned> questions_ = 0;
  std::thread worker_;
};

}  // namespace muster::test
