// Peers of muster that answer no sooner than they are told to.
#pragma once

#include "cli/sweep.hpp"
#include "support/dns_server.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster::test {

class slow_peer {
 public:
  slow_peer() = default;
  slow_peer(const slow_peer&) = delete;
  slow_peer& operator=(const slow_peer&) = delete;
  virtual ~slow_peer() = default;
  /// What muster is told to do, without its timeout.
  virtual std::vector<std::string> command() const = 0;
  /// Whether it was asked by now; doesn't wait for it.
  virtual bool asked() = 0;
  virtual void answer() = 0;
};

class descriptor {
 public:
  explicit descriptor(int taken = -1) : number_{taken} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  void take(int taken) {
    close();
    number_ = taken;
  }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

inline sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  REQUIRE(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
  return address;
}

/// A listener whose queue is full, so that the kernel throws each SYN away until there is room.
class crowded_listener : public slow_peer {
 public:
  crowded_listener() : listener_{listen_on_loopback(port_)} {
    REQUIRE(::listen(listener_.get(), 0) == 0);
    filler_.take(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in to = address_of("127.0.0.1", port_);
    REQUIRE(::connect(filler_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  std::vector<std::string> command() const override {
    return {"sweep", "127.0.0.1", "--tcp", std::to_string(port_)};
  }
  bool asked() override {
    constexpr int syn_sent = 2;
    const std::string state = fmt::format(" 0100007F:{:04X} {:02X} ", port_, syn_sent);
    return contains(read_whole_file("/proc/net/tcp"), state);
  }
  void answer() override { filled_.take(::accept(listener_.get(), nullptr, nullptr)); }

 protected:
  /// Who connects from here on is refused; nobody else can have the port.
  void stop_listening() { REQUIRE(::shutdown(listener_.get(), SHUT_RD) == 0); }

 private:
  std::uint16_t port_ = 0;  // before the socket, which sets it
  descriptor listener_;
  descriptor filler_;
  descriptor filled_;
};

/// The same, but for whom there is no room is refused in the end.
class closing_listener final : public crowded_listener {
 public:
  void answer() override { stop_listening(); }
};

class http_peer final : public slow_peer {
 public:
  http_peer() : listener_{listen_on_loopback(port_)} {}
  std::vector<std::string> command() const override {
    return {"sweep", fmt::format("http://127.0.0.1:{}/", port_)};
  }
  bool asked() override {
    if (!client_.open()) {
      ::fcntl(listener_.get(), F_SETFL, O_NONBLOCK);
      client_.take(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    std::array<char, 4096> request{};
    return client_.open() &&
           ::recv(client_.get(), request.data(), request.size(), MSG_DONTWAIT) > 0;
  }
  void answer() override {
    const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    ::send(client_.get(), response.data(), response.size(), MSG_NOSIGNAL);
  }

 private:
  std::uint16_t port_ = 0;  // before the socket, which sets it
  descriptor listener_;
  descriptor client_;
};

class udp_peer : public slow_peer {
 public:
  udp_peer() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in own = address_of("127.0.0.1", 0);
    socklen_t size = sizeof own;
    auto* const base = reinterpret_cast<sockaddr*>(&own);
    REQUIRE(::bind(socket_.get(), base, size) == 0);
    REQUIRE(::getsockname(socket_.get(), base, &size) == 0);
    port_ = ntohs(own.sin_port);
  }
  std::vector<std::string> command() const override {
    return {"sweep", "127.0.0.1", "--udp", std::to_string(port_) + "=ping"};
  }
  bool asked() override {
    std::array<char, 16> question{};
    socklen_t size = sizeof from_;
    return ::recvfrom(socket_.get(), question.data(), question.size(), MSG_DONTWAIT,
                      reinterpret_cast<sockaddr*>(&from_), &size) > 0;
  }
  void answer() override {
    ::sendto(socket_.get(), "pong", 4, 0, reinterpret_cast<const sockaddr*>(&from_), sizeof from_);
  }

 private:
  descriptor socket_;
  std::uint16_t port_ = 0;
  sockaddr_in from_{};
};

/// The same, with something else to do for its host afterwards, within the same time.
class host_time_peer final : public udp_peer {
 public:
  explicit host_time_peer(std::chrono::milliseconds time) : time_{time} {}
  std::vector<std::string> command() const override {
    std::vector<std::string> words = udp_peer::command();
    words.insert(words.end(), {"--udp", std::to_string(free_port()), "--max-per-host", "1",
                               "--host-timeout", fmt::format("{}ms", time_.count())});
    return words;
  }

 private:
  const std::chrono::milliseconds time_;
};

/// A name server, of a host that is there.
class name_peer final : public slow_peer {
 public:
  name_peer() : server_{context_}, host_{listen_on_loopback(port_)} {
    server_.on("slow.test", {.addresses = {*muster::ip_address::parse("127.0.0.1")}});
  }
  std::vector<std::string> command() const override {
    return {"sweep", "slow.test",          "-4", "--resolver", server_.address(),
            "--tcp", std::to_string(port_)};
  }
  bool asked() override { return server_.has_unread(); }
  void answer() override {
    while (server_.has_unread())
      context_.poll();
  }

 private:
  asio::io_context context_;
  dns_server server_;
  std::uint16_t port_ = 0;  // before the socket, which sets it
  descriptor host_;
};

/// A command that runs until it is told to end.
class command_peer : public slow_peer {
 public:
  command_peer() { REQUIRE(::mkfifo(path().c_str(), 0600) == 0); }
  ~command_peer() override {
    // One that nobody ever wrote to does not end by itself.
    const descriptor both{::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  }
  std::vector<std::string> command() const override {
    return {"sweep", "127.0.0.1", "--exec", "sh -c 'exec cat " + path() + "'"};
  }
  bool asked() override {
    writer_.take(::open(path().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    return writer_.open();
  }
  void answer() override { writer_.close(); }

 protected:
  std::string path() const { return directory_.file("pipe"); }

 private:
  temporary_directory directory_;
  descriptor writer_;
};

class task_peer final : public command_peer {
 public:
  std::vector<std::string> command() const override {
    return {"run", path(), "--lines", "--", "cat", "{}"};
  }
};

/// A host of a lab in which the kernel answers no echo request.
class echo_peer final : public slow_peer {
 public:
  explicit echo_peer(std::string host)
      : host_{std::move(host)}, socket_{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP)} {
    const sockaddr_in own = address_of(host_, 0);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
  }
  std::vector<std::string> command() const override { return {"sweep", host_, "--icmp"}; }
  bool asked() override {
    std::array<char, 1500> packet{};
    socklen_t size = sizeof from_;
    const ssize_t bytes = ::recvfrom(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&from_), &size);
    if (bytes <= static_cast<ssize_t>(sizeof(iphdr))) return false;
    message_.assign(packet.data() + sizeof(iphdr), static_cast<std::size_t>(bytes) - sizeof(iphdr));
    return message_.front() == ICMP_ECHO;
  }
  void answer() override {
    message_.front() = ICMP_ECHOREPLY;
    // RFC 1624: what its first word has less, the checksum has more.
    const auto at = [this](std::size_t i) {
      return unsigned{static_cast<unsigned char>(message_[i])};
    };
    unsigned sum = (at(2) << 8U | at(3)) + (ICMP_ECHO << 8U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    message_[2] = static_cast<char>(sum >> 8U);
    message_[3] = static_cast<char>(sum);
    ::sendto(socket_.get(), message_.data(), message_.size(), 0,
             reinterpret_cast<const sockaddr*>(&from_), sizeof from_);
  }

 private:
  std::string host_;
  descriptor socket_;
  sockaddr_in from_{};
  std::string message_;
};

}  // namespace muster::test
