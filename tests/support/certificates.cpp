#include "support/certificates.hpp"

#include <stdexcept>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace muster::test {
namespace {

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error{what};
}

void add(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  demand(made && X509_add_ext(to, made, -1) == 1, "an extension can't be made");
  X509_EXTENSION_free(made);
}

void add_raw_name(X509* to, const std::string& bytes) {
  GENERAL_NAMES* const all = GENERAL_NAMES_new();
  GENERAL_NAME* const one = GENERAL_NAME_new();
  ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
  ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
  GENERAL_NAME_set0_value(one, GEN_DNS, text);
  sk_GENERAL_NAME_push(all, one);
  demand(X509_add1_ext_i2d(to, NID_subject_alt_name, all, 0, 0) == 1, "a name can't be added");
  GENERAL_NAMES_free(all);
}

template <typename Write>
std::string written(Write write) {
  BIO* const out = BIO_new(BIO_s_mem());
  demand(out && write(out) == 1, "PEM can't be written");
  char* text = nullptr;
  const long bytes = BIO_get_mem_data(out, &text);
  std::string copy{text, static_cast<std::size_t>(bytes)};
  BIO_free(out);
  return copy;
}

EVP_PKEY* new_key(const certificate::wish& what) {
  if (what.is_ed25519) return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (what.rsa_bits > 0) return EVP_RSA_gen(static_cast<unsigned>(what.rsa_bits));
  return EVP_EC_gen("P-256");
}

}  // namespace

certificate::certificate(const wish& what, const certificate* issuer)
    : key_{new_key(what)}, certificate_{X509_new()} {
  X509* const made = certificate_.get();
  demand(key_ && made, "no key");
  X509_set_version(made, X509_VERSION_3);
  unsigned char serial[8];
  RAND_bytes(serial, sizeof serial);
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3f) | 1);
  BIGNUM* const number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(made), what.begins.count());
  X509_gmtime_adj(X509_getm_notAfter(made), what.ends.count());
  const bool is_raw = !what.raw_common_name.empty();
  const std::string& name = is_raw ? what.raw_common_name : what.common_name;
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(made), "CN", is_raw ? V_ASN1_T61STRING : MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0);
  X509* const signer = issuer ? issuer->native() : made;
  X509_set_issuer_name(made, X509_get_subject_name(signer));
  X509_set_pubkey(made, key_.get());
  if (what.is_authority) {
    add(made, signer, NID_basic_constraints, "critical,CA:TRUE");
    add(made, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  std::string names;
  for (const std::string& one : what.names)
    names += (names.empty() ? "" : ",") + one;
  if (!names.empty()) add(made, signer, NID_subject_alt_name, names);
  if (!what.raw_name.empty()) add_raw_name(made, what.raw_name);
  if (!what.purpose.empty()) add(made, signer, NID_ext_key_usage, what.purpose);
  if (what.comment_bytes > 0) {
    add(made, signer, NID_netscape_comment, std::string(what.comment_bytes, 'x'));
  }
  EVP_PKEY* const by = issuer ? issuer->key() : key_.get();
  const EVP_MD* const digest = EVP_PKEY_is_a(by, "ED25519") == 1 ? nullptr : EVP_sha256();
  demand(X509_sign(made, by, digest) > 0, "a certificate can't be signed");
}

std::string certificate::pem() const {
  return written([this](BIO* out) { return PEM_write_bio_X509(out, native()); });
}

std::string certificate::pem_with_key(const std::vector<const certificate*>& between) const {
  std::string all =
      pem() + written([this](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key(), nullptr, nullptr, 0, nullptr, nullptr);
      });
  for (const certificate* const one : between)
    all += one->pem();
  return all;
}

}  // namespace muster::test
