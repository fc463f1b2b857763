#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace muster {

/// A version of TLS, in ascending order.
enum class tls_version : std::uint8_t { v1_0, v1_1, v1_2, v1_3 };

/// What connections over TLS have in common, whoever they go to.
struct tls_settings {
  /// Whether a certificate that can't be relied on makes a probe fail; what is wrong with it is
  /// recorded in either case.
  bool verify = true;
  /// A file of certificates (PEM) to rely on instead of the system's; empty for these.
  std::string ca_file = {};
  /// A certificate to show to servers that ask for one, with those that lead to its issuer, and its
  /// key (PEM); empty for none. The key may lie in the certificate's file.
  std::string certificate_file = {};
  std::string key_file = {};
  /// The least version to speak. Below 1.2, methods are allowed that are weak today.
  tls_version least = tls_version::v1_2;

  friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

/// How connections over TLS are made, and what their certificates are held against.
struct tls_options : tls_settings {
  /// What to ask for (RFC 6066, 3) and to look for in the certificate, in place of the target's
  /// host; empty for that.
  std::string server_name;
  /// A certificate of the chain that ends within so many days is a `mismatch`.
  std::optional<unsigned> expires_in_days;

  static constexpr unsigned days_max = 36'500;
};

}  // namespace muster
