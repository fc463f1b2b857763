#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace muster::test {

/// A certificate with its key, made for a test; whoever it is issued by has to live as long.
class certificate {
 public:
  struct wish {
    std::string common_name = "example";
    /// In its place: bytes of Latin-1, or whatever was meant (T61String).
    std::string raw_common_name = {};
    /// As OpenSSL writes them: "DNS:a.test", "IP:127.0.0.1".
    std::vector<std::string> names = {};
    /// From now on.
    std::chrono::seconds begins = -std::chrono::hours{1};
    std::chrono::seconds ends = std::chrono::hours{24 * 90};
    bool is_authority = false;
    /// Bytes of a DNS name that is added as it is.
    std::string raw_name = {};
    /// Bytes of a comment, to make it large.
    std::size_t comment_bytes = 0;
    int rsa_bits = 0;          ///< 0 for a key on the curve P-256.
    bool is_ed25519 = false;   ///< Instead: its signatures are always of the same size.
    std::string purpose = {};  ///< As OpenSSL writes it: "clientAuth".
  };

  /// Signed by itself. Throws std::runtime_error.
  explicit certificate(const wish& what) : certificate{what, nullptr} {}
  /// Signed by an issuer.
  certificate(const wish& what, const certificate& issuer) : certificate{what, &issuer} {}

  X509* native() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  /// In PEM; with the key, and then with the certificates that lead to its issuer.
  std::string pem() const;
  std::string pem_with_key(const std::vector<const certificate*>& between = {}) const;

 private:
  certificate(const wish& what, const certificate* issuer);

  struct freed {
    void operator()(X509* one) const { X509_free(one); }
    void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
  };
  std::unique_ptr<EVP_PKEY, freed> key_;
  std::unique_ptr<X509, freed> certificate_;
};

}  // namespace muster::test
