// Servers of TLS that behave as a test has them: OpenSSL as it is, in a thread of the test's own.
#pragma once

#include "cli/sweep.hpp"
#include "support/certificates.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {

/// The issuer that tests rely on.
inline const certificate& authority() {
  static const certificate made{{.common_name = "Test CA", .is_authority = true}};
  return made;
}

/// A directory with a file that has it.
class issuer_file {
 public:
  issuer_file() { write_whole_file(path(), authority().pem()); }
  std::string path() const { return directory_.file("ca.pem"); }
  /// The path of another file in it.
  std::string keep(const std::string& name, const std::string& text) const {
    write_whole_file(directory_.file(name), text);
    return directory_.file(name);
  }

 private:
  temporary_directory directory_;
};

/// A server's end of one connection. OpenSSL works on two pieces of memory, so that what it has to
/// say can be sent in any pieces, in part, or not at all.
class tls_end {
 public:
  tls_end(SSL_CTX* context, int socket) : socket_{socket}, session_{SSL_new(context)} {
    BIO* const in = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(session_, in, BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_);
  }
  tls_end(const tls_end&) = delete;
  tls_end& operator=(const tls_end&) = delete;
  ~tls_end() {
    SSL_free(session_);
    ::close(socket_);
  }

  SSL* native() const { return session_; }

  /// False when it has failed; then the peer has been told why.
  bool shake_hands() {
    for (;;) {
      ERR_clear_error();
      const int result = SSL_do_handshake(session_);
      const bool sent = send(output());
      if (result == 1 || !sent) return result == 1;
      if (SSL_get_error(session_, result) != SSL_ERROR_WANT_READ || !receive()) return false;
    }
  }
  /// Waits for bytes of the peer, and goes on with the handshake; what is to be said is kept.
  bool take_hello() {
    const bool received = receive();
    SSL_do_handshake(session_);
    return received;
  }
  /// What the peer says, up to an empty line, or to its end.
  std::string hear() {
    std::string heard;
    std::array<char, 4096> piece;
    while (heard.find("\r\n\r\n") == std::string::npos) {
      const int got = SSL_read(session_, piece.data(), static_cast<int>(piece.size()));
      if (got > 0) {
        heard.append(piece.data(), static_cast<std::size_t>(got));
      } else if (!send(output()) || !receive()) {
        break;
      }
    }
    return heard;
  }
  /// From here on there is room for few bytes of the peer that nobody reads.
  void take_little() const {
    constexpr int bytes = 4096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  /// Waits until the peer has gone.
  void wait_for_end() {
    while (receive()) {
    }
  }
  /// False when the peer has gone.
  bool say(std::string_view text) {
    SSL_write(session_, text.data(), static_cast<int>(text.size()));
    return send(output());
  }
  /// What OpenSSL has to send, and has not sent.
  std::string output() {
    std::string all;
    std::array<char, 4096> piece;
    for (int got = 0; (got = BIO_read(SSL_get_wbio(session_), piece.data(),
                                      static_cast<int>(piece.size()))) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(got));
    return all;
  }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// A byte at a time, each in a segment of its own.
  bool drip(std::string_view bytes) const {
    constexpr int at_once = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    for (; !bytes.empty(); bytes.remove_prefix(1)) {
      if (!send(bytes.substr(0, 1))) return false;
    }
    return true;
  }

 private:
  bool receive() const {
    std::array<char, 4096> bytes;
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return got > 0 && BIO_write(SSL_get_rbio(session_), bytes.data(), static_cast<int>(got)) == got;
  }

  int socket_;
  SSL* session_;
};

/// Plays the same part to all that connect, one after the other. `set_up` says what the context
/// has, such as a certificate; the part ends when its connection is to be closed.
class tls_server {
 public:
  using part = std::function<void(tls_end&)>;

  tls_server(const std::function<void(SSL_CTX*)>& set_up, part play)
      : context_{SSL_CTX_new(TLS_server_method())}, listener_{listen_on_loopback(port_)} {
    set_up(context_);
    worker_ = std::thread{[this, play = std::move(play)] { serve(play); }};
  }
  tls_server(const tls_server&) = delete;
  tls_server& operator=(const tls_server&) = delete;
  ~tls_server() {
    ::shutdown(listener_, SHUT_RD);
    worker_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }

  std::string port() const { return std::to_string(port_); }
  std::string url() const { return "https://127.0.0.1:" + port() + "/"; }

 private:
  void serve(const part& play) const {
    for (int peer = 0; (peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      tls_end end{context_, peer};
      play(end);
    }
  }

  SSL_CTX* context_;
  std::uint16_t port_ = 0;  // before the socket, which sets it
  int listener_;
  std::thread worker_;
};

/// What a context has with this certificate, which outlives it, at these versions of TLS.
inline std::function<void(SSL_CTX*)> showing(const certificate& own,
                                             int version_min = TLS1_2_VERSION,
                                             int version_max = TLS1_3_VERSION) {
  return [&own, version_min, version_max](SSL_CTX* context) {
    SSL_CTX_set_max_cert_list(context, 1 << 24);
    SSL_CTX_set_min_proto_version(context, version_min);
    SSL_CTX_set_max_proto_version(context, version_max);
    SSL_CTX_use_certificate(context, own.native());
    SSL_CTX_use_PrivateKey(context, own.key());
  };
}

/// A page of HTTP, which the request is waited for.
inline void give_page(tls_end& peer) {
  if (!peer.shake_hands() || peer.hear().empty()) return;
  peer.say("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<title>Here</title>");
  SSL_shutdown(peer.native());
  peer.send(peer.output());
  peer.wait_for_end();
}

}  // namespace muster::test
