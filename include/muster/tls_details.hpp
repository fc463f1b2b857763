#pragma once

#include "muster/status.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace muster {

/// What a certificate says of itself. Texts are raw bytes from the network, capped.
struct certificate_details {
  std::string subject;  ///< As RFC 4514 writes it: `CN=www.example.org,O=Example`.
  std::string issuer;
  std::string serial;  ///< In hexadecimal.
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};

/// What only probes have that spoke TLS, once a peer answered in it. It is there when the handshake
/// or the certificate failed, too, as far as it got.
struct tls_details {
  std::string version;      ///< "TLSv1.3"; empty until one was agreed on.
  std::string cipher;       ///< As IANA names it: "TLS_AES_256_GCM_SHA384".
  std::string alpn;         ///< The protocol that was agreed on (RFC 7301); empty for none.
  std::string server_name;  ///< Who was asked for; empty for none.
  /// What speaks against the certificate, the most telling first; empty if nothing does.
  std::vector<reason> problems;
  /// The server's own certificate first, then the others: those up to who is relied on, where that
  /// is known, else those that it sent. At most `chain_max`.
  std::vector<certificate_details> chain;
  std::vector<std::string> names;  ///< DNS names and addresses of its own one; at most `names_max`.
  std::size_t names_in_all = 0;
  std::string key;          ///< "RSA 2048", "EC 256", "ED25519 256".
  std::string fingerprint;  ///< SHA-256, in hexadecimal.
  /// Days, begun ones not counted, until the first of the chain ends; negative once one has.
  int days_left = 0;
  std::string ocsp;  ///< Stapled (RFC 6066, 8): "good", "revoked", "unknown" or "invalid"; or none.
  std::string error;  ///< What OpenSSL says of a handshake that failed; empty for none.

  static constexpr std::size_t chain_max = 10;
  static constexpr std::size_t names_max = 100;
  static constexpr std::size_t text_bytes_max = 512;

  std::size_t text_bytes() const;
};

}  // namespace muster
