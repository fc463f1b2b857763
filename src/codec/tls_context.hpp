#pragma once

#include "muster/tls_options.hpp"

#include <memory>
#include <string>

#include <openssl/ossl_typ.h>

namespace muster::codec {

/// What all connections over TLS with the same settings share: whom they rely on, what they show,
/// and what they are ready to speak. To make one takes a millisecond, and a file that was loaded is
/// not read again.
class tls_context {
 public:
  /// Throws std::invalid_argument, with words for people, when a file can't be read or holds
  /// something else, and when a key does not fit; std::bad_alloc. Where OpenSSL is missing there is
  /// a context all the same, whose sessions fail.
  explicit tls_context(const tls_settings& settings);

  /// Which library is missing, for people; empty when none is.
  const std::string& missing() const { return missing_; }
  const tls_settings& settings() const { return settings_; }
  /// Null where a library is missing.
  SSL_CTX* native() const { return context_.get(); }

 private:
  struct freed {
    void operator()(SSL_CTX* context) const;
  };
  tls_settings settings_;
  std::string missing_;
  std::unique_ptr<SSL_CTX, freed> context_;
};

}  // namespace muster::codec
