#pragma once

#include "codec/tls_context.hpp"
#include "muster/address.hpp"
#include "muster/status.hpp"
#include "muster/tls_details.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ossl_typ.h>

namespace muster::codec {

/// One connection over TLS (RFC 8446, RFC 5246) without its I/O: whoever has it takes what is to be
/// sent, and feeds what has come.
class tls_session {
 public:
  /// Whom to ask for, and who has to be named in the certificate.
  struct peer_identity {
    std::string name = {};    ///< A DNS name; empty when the peer is known by its address alone.
    ip_address address = {};  ///< Used when there is no name.
  };

  /// The context outlives the session. `protocols`: what is spoken in it, the preferred one first
  /// (RFC 7301); empty to say nothing. Throws std::bad_alloc. Where a library is missing, the
  /// session has failed, and has nothing to send.
  tls_session(const tls_context& context, const peer_identity& peer,
              const std::vector<std::string>& protocols = {});
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;
  ~tls_session();

  enum class state : std::uint8_t {
    need_more,  ///< Feed what comes next, once all of `output` is on its way.
    done,
    failed,  ///< See `failure`.
  };
  /// Goes on with the handshake as far as it gets. It is done whatever the certificate is like; ask
  /// `failure` before anything else is sent.
  state handshake();
  bool established() const { return established_; }
  /// What makes the handshake fail, or the certificate where that is to be relied on; none if
  /// nothing does.
  reason failure() const;

  /// Bytes that have come from the peer.
  void feed(std::string_view bytes);
  /// Bytes to be sent; they stay until they are taken.
  std::string_view output() const;
  void take_output(std::size_t bytes);

  /// Turns all of the text into bytes to be sent. False when the peer has broken the session.
  bool write(std::string_view text);
  struct text_read {
    std::size_t bytes = 0;
    bool ended = false;   ///< The peer has said that nothing follows.
    bool failed = false;  ///< The peer has broken the session.
  };
  /// What the peer has said; nothing when more has to be fed.
  text_read read(std::span<char> into);

  /// What is known of the peer so far.
  tls_details details() const;

 private:
  struct freed {
    void operator()(SSL* session) const;
  };
  static int on_certificate(int ok, X509_STORE_CTX* verification);
  void note_problem(reason what);
  void note_failure();
  std::string read_staple();

  const tls_context& context_;
  std::unique_ptr<SSL, freed> session_;  // null where a library is missing
  std::string server_name_;
  std::vector<reason> problems_;
  std::string error_;
  std::string staple_;
  reason failure_ = reason::none;
  bool established_ = false;
};

}  // namespace muster::codec
