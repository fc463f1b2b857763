#include "codec/tls_context.hpp"

#include "codec/openssl.hpp"
#include "core/parsed.hpp"

#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <unistd.h>

namespace muster::codec {
namespace {

[[noreturn]] void refuse(std::string_view what, const std::string& file) {
  const unsigned long error = ERR_peek_last_error();
  const char* const why = ERR_reason_error_string(error);
  ERR_clear_error();
  throw std::invalid_argument{
      fmt::format("{}: {}{}{}", excerpt(file), what, why ? ": " : "", why ? why : "")};
}

void check_readable(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return;
  throw std::invalid_argument{fmt::format("{}: {}", excerpt(file), std::strerror(errno))};
}

/// A key that is locked is not asked for: nobody may be there to answer.
int no_password(char*, int, int, void*) { return -1; }

int native_version(tls_version version) {
  switch (version) {
    case tls_version::v1_0:
      return TLS1_VERSION;
    case tls_version::v1_1:
      return TLS1_1_VERSION;
    case tls_version::v1_2:
      return TLS1_2_VERSION;
    case tls_version::v1_3:
      break;
  }
  return TLS1_3_VERSION;
}

void load_trust(SSL_CTX* context, const std::string& file) {
  if (file.empty()) {
    // Looked for one by one, by their hashes, where OpenSSL and its variables of the environment
    // have them. Its own choice of paths looks for each that is not there once more, among all
    // files of the directory, which takes as long as the rest of the handshake.
    SSL_CTX_set_default_verify_file(context);
    SSL_CTX_set_default_verify_dir(context);
    ERR_clear_error();
    return;
  }
  check_readable(file);
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    refuse("holds no certificates in PEM", file);
  }
}

void load_own(SSL_CTX* context, const tls_settings& settings) {
  if (settings.certificate_file.empty()) return;
  const std::string& key =
      settings.key_file.empty() ? settings.certificate_file : settings.key_file;
  check_readable(settings.certificate_file);
  check_readable(key);
  SSL_CTX_set_default_passwd_cb(context, no_password);
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) != 1) {
    refuse("is no certificate in PEM that can be shown", settings.certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse("holds no key in PEM, without a password, that fits the certificate", key);
  }
  // A server may want it only once it knows what is asked for (RFC 8446, 4.6.2).
  SSL_CTX_set_post_handshake_auth(context, 1);
}

}  // namespace

void tls_context::freed::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

tls_context::tls_context(const tls_settings& settings) : settings_{settings} {
  try {
    context_.reset(SSL_CTX_new(TLS_client_method()));
  } catch (const library_missing& missing) {
    missing_ = missing.what();
    return;
  }
  SSL_CTX* const context = context_.get();
  if (!context) throw std::bad_alloc{};
  // A peer that asks for its handshake anew, or sends what is never needed, is left alone with it.
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_min_proto_version(context, native_version(settings.least));
  if (settings.least < tls_version::v1_2)
    SSL_CTX_set_cipher_list(context, "ALL:!aNULL:@SECLEVEL=0");
  load_trust(context, settings.ca_file);
  load_own(context, settings);
}

}  // namespace muster::codec
