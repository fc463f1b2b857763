#pragma once

#include "cli/sweep.hpp"
#include "support/loopback.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {

/// tests/support/websocket_server.py, with TLS where it has files of a certificate and its key.
class websocket_server {
 public:
  /// Whether there is Python, and its library for WebSocket.
  static bool available() {
    return ::access(python, X_OK) == 0 && run({python, "-c", "import websockets"}).exit_code == 0;
  }

  explicit websocket_server(const std::vector<std::string>& certificate_and_key = {})
      : python_{command(certificate_and_key)} {
    if (!python_.wait_for_output(" .\n", std::chrono::seconds{20})) {
      throw std::runtime_error{"websocket_server.py didn't start: " + python_.wait().err};
    }
    std::istringstream said{python_.output_so_far()};
    said >> port_ >> port_;
  }

  std::string port() const { return port_; }
  std::string target() const { return "127.0.0.1:" + port_; }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& certificate_and_key) {
    std::vector<std::string> words{python, MUSTER_SOURCE_DIR "/tests/support/websocket_server.py"};
    words.insert(words.end(), certificate_and_key.begin(), certificate_and_key.end());
    return words;
  }

  // The system's, which has the library; another one may come first in PATH.
  static constexpr const char* python = "/usr/bin/python3";

  process python_;
  std::string port_;
};

/// The Sec-WebSocket-Accept that belongs to the key in a request.
inline std::string accept_of(std::string_view request) {
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const auto at = request.find(name) + name.size();
  const std::string whole = std::string{request.substr(at, request.find('\r', at) - at)} +
                            "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  EVP_Digest(whole.data(), whole.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 32> text{};
  const int size = EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

/// The answer of a server that goes over to WebSocket, with further headers.
inline std::string upgrade_of(std::string_view request, const std::string& more = {}) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         accept_of(request) + "\r\n" + more + "\r\n";
}

/// A port of 127.0.0.1 where each request is answered with the pieces that a script makes of it;
/// what comes afterwards is kept, until the client ends the connection.
class websocket_peer {
 public:
  using script = std::function<std::vector<std::string>(const std::string& request)>;

  /// `closes`: it ends the connection itself once it has said all.
  explicit websocket_peer(script answer, bool closes = false)
      : answer_{std::move(answer)}, closes_{closes}, listener_{listen_on_loopback(port_)} {
    worker_ = std::thread{[this] { serve(); }};
  }
  ~websocket_peer() {
    ::shutdown(listener_, SHUT_RDWR);
    worker_.join();
    ::close(listener_);
  }

  std::string target() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The requests, and what came behind each of them. Waits until so many clients have ended.
  std::vector<std::pair<std::string, std::string>> heard(std::size_t clients) {
    for (int waits = 0; waits < 1000; ++waits) {
      {
        const std::lock_guard lock{mutex_};
        if (heard_.size() >= clients) return heard_;
      }
      ::usleep(10'000);
    }
    return {};
  }

 private:
  void serve() {
    for (;;) {
      const int peer = ::accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      talk_to(peer);
      ::close(peer);
    }
  }
  void talk_to(int peer) {
    std::string request;
    std::array<char, 4096> bytes{};
    while (!request.ends_with("\r\n\r\n")) {
      const auto got = ::recv(peer, bytes.data(), bytes.size(), 0);
      if (got <= 0) return;
      request.append(bytes.data(), static_cast<std::size_t>(got));
    }
    for (const std::string& piece : answer_(request))
      ::send(peer, piece.data(), piece.size(), MSG_NOSIGNAL);
    std::string behind;
    while (!closes_) {
      pollfd one{peer, POLLIN, 0};
      if (::poll(&one, 1, 10'000) <= 0) break;
      const auto got = ::recv(peer, bytes.data(), bytes.size(), 0);
      if (got <= 0) break;
      behind.append(bytes.data(), static_cast<std::size_t>(got));
    }
    const std::lock_guard lock{mutex_};
    heard_.emplace_back(request, behind);
  }

  script answer_;
  const bool closes_;
  std::uint16_t port_ = 0;
  int listener_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> heard_;
  std::thread worker_;
};

}  // namespace muster::test

#define MUSTER_NEED_WEBSOCKET_SERVER()                    \
  do {                                                    \
    if (!muster::test::websocket_server::available())     \
      MUSTER_SKIP("python3-websockets is not installed"); \
  } while (false)
