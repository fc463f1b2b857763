#pragma once

#include "codec/tls_session.hpp"
#include "support/certificates.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/err.h>
#include <openssl/ssl.h>

/// Both ends of a connection in memory; the server's end is OpenSSL as it is.
namespace muster::test {

using codec::tls_context;
using codec::tls_session;
using state = tls_session::state;

inline const certificate& authority() {
  static const certificate made{{.common_name = "Test CA", .is_authority = true}};
  return made;
}

inline certificate good_one() {
  return {{.common_name = "good", .names = {"DNS:good.test"}}, authority()};
}

/// The other end.
class server {
 public:
  explicit server(const certificate& own, const std::vector<const certificate*>& between = {},
                  const std::function<void(SSL_CTX*)>& set_up = {})
      : context_{SSL_CTX_new(TLS_server_method())} {
    SSL_CTX_use_certificate(context_, own.native());
    SSL_CTX_use_PrivateKey(context_, own.key());
    for (const certificate* const one : between)
      SSL_CTX_add1_chain_cert(context_, one->native());
    if (set_up) set_up(context_);
    session_ = SSL_new(context_);
    SSL_set_bio(session_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_);
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    SSL_free(session_);
    SSL_CTX_free(context_);
  }

  SSL* native() const { return session_; }
  void feed(std::string_view bytes) {
    BIO_write(SSL_get_rbio(session_), bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string output() {
    std::string all;
    std::array<char, 4096> piece;
    for (int got = 0; (got = BIO_read(SSL_get_wbio(session_), piece.data(),
                                      static_cast<int>(piece.size()))) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(got));
    return all;
  }
  void go_on() {
    SSL_do_handshake(session_);
    ERR_clear_error();
  }

 private:
  SSL_CTX* context_;
  SSL* session_ = nullptr;
};

inline std::string output_of(tls_session& session) {
  std::string all{session.output()};
  session.take_output(all.size());
  return all;
}

/// Goes on with a handshake until it has ended, or neither side says anything.
inline state shake(tls_session& client, server& other) {
  for (;;) {
    const state now_is = client.handshake();
    other.feed(output_of(client));
    if (now_is != state::need_more) return now_is;
    other.go_on();
    const std::string answer = other.output();
    if (answer.empty()) return now_is;
    client.feed(answer);
  }
}

/// Settings that rely on the tests' issuer.
class relying_settings {
 public:
  relying_settings() {
    write_whole_file(directory_.file("ca.pem"), authority().pem());
    settings.ca_file = directory_.file("ca.pem");
  }
  std::string keep(const std::string& name, const std::string& text) {
    write_whole_file(directory_.file(name), text);
    return directory_.file(name);
  }

 private:
  temporary_directory directory_;

 public:
  tls_settings settings;
};

struct verdict {
  state ended;
  reason failure;
  tls_details details;
};

inline verdict judge(server& other, const tls_settings& settings,
                     const std::string& name = "good.test") {
  const tls_context context{settings};
  tls_session client{context, {.name = name}, {"http/1.1"}};
  const state ended = shake(client, other);
  return {ended, client.failure(), client.details()};
}

}  // namespace muster::test
