// Strategy: keys are Ed25519 and tickets stand for sessions that are kept, so that no size depends
// on chance: signatures have 64 bytes, and nothing that is written in as few bytes as it takes is
// sent. Certificates and contexts are made once, as a session with them costs less than they do.
#include "support/simulated_tls.hpp"

#include "support/certificates.hpp"
#include "support/loopback.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace muster::test {
namespace {

using namespace std::chrono_literals;

/// All that simulated hosts are asked for as.
std::vector<std::string> all_names() {
  std::vector<std::string> names{"IP:10.2.0.7"};
  for (int i = 0; i < 16; ++i)
    names.push_back(fmt::format("IP:10.1.0.{}", i));
  for (int i = 0; i < 8; ++i) {
    names.push_back(fmt::format("IP:10.3.0.{}", i));
    names.push_back(fmt::format("DNS:h{}.test", i));
  }
  return names;
}

certificate::wish usual() {
  return {.common_name = "server", .names = all_names(), .is_ed25519 = true};
}

certificate new_issuer(const std::string& name) {
  return certificate{{.common_name = name, .is_authority = true, .is_ed25519 = true}};
}

const certificate& issuer() {
  static const certificate made = new_issuer("issuer");
  return made;
}

certificate new_certificate(tls_manner manner) {
  certificate::wish what = usual();
  switch (manner) {
    case tls_manner::of_another_name:
      what.names = {"DNS:other.test"};
      break;
    case tls_manner::expired:
      what.begins = -48h;
      what.ends = -24h;
      break;
    case tls_manner::not_yet_valid:
      what.begins = 24h;
      break;
    case tls_manner::self_signed:
      return certificate{what};
    case tls_manner::unknown_issuer: {
      static const certificate other = new_issuer("other");
      return {what, other};
    }
    default:
      break;
  }
  return {what, issuer()};
}

int select_protocol(SSL* session, const unsigned char** out, unsigned char* out_bytes,
                    const unsigned char* in, unsigned in_bytes, void*) {
  const auto* const how = static_cast<const simulated_tls::wish*>(SSL_get_app_data(session));
  unsigned at = 0;
  while (how->takes_the_last && at + 1 + in[at] < in_bytes)
    at += 1U + in[at];
  *out = in + at + 1;
  *out_bytes = in[at];
  return SSL_TLSEXT_ERR_OK;
}

/// That of a server with such a certificate, which lasts as long as the process.
SSL_CTX* context_of(tls_manner manner) {
  struct kept {
    std::unique_ptr<certificate> own;
    SSL_CTX* context = nullptr;
    ~kept() { SSL_CTX_free(context); }
  };
  static std::array<kept, certificate_manners> all;
  const bool is_usual = manner == tls_manner::wants_certificate;
  kept& one = all.at(is_usual ? 0 : static_cast<std::size_t>(manner));
  if (one.context) return one.context;
  one.own = std::make_unique<certificate>(new_certificate(manner));
  one.context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(one.context, one.own->native());
  SSL_CTX_use_PrivateKey(one.context, one.own->key());
  SSL_CTX_set_options(one.context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(one.context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(one.context, select_protocol, nullptr);
  return one.context;
}

bool speaks_tls(tls_manner manner) {
  return manner != tls_manner::weary && manner != tls_manner::in_the_clear;
}

}  // namespace

reason flaw_of(tls_manner manner) {
  switch (manner) {
    case tls_manner::proper:
      break;
    case tls_manner::of_another_name:
      return reason::hostname_mismatch;
    case tls_manner::expired:
      return reason::certificate_expired;
    case tls_manner::not_yet_valid:
      return reason::certificate_not_yet_valid;
    case tls_manner::self_signed:
      return reason::self_signed;
    case tls_manner::unknown_issuer:
      return reason::unknown_ca;
    case tls_manner::weary:
      return reason::no_shared_cipher;
    case tls_manner::in_the_clear:
      return reason::not_tls;
    case tls_manner::wants_certificate:
      return reason::client_certificate_required;
  }
  return reason::none;
}

const std::string& simulated_issuer_file() {
  static const temporary_directory directory;
  static const std::string name = [] {
    std::string file = directory.file("issuer.pem");
    write_whole_file(file, issuer().pem());
    return file;
  }();
  return name;
}

void simulated_tls::freed::operator()(SSL* session) const { SSL_free(session); }

simulated_tls::simulated_tls(const wish& how) : how_{how} {
  if (!speaks_tls(how.manner)) return;
  session_.reset(SSL_new(context_of(how.manner)));
  SSL* const session = session_.get();
  SSL_set_bio(session, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(session);
  SSL_set_app_data(session, &how_);
  SSL_set_num_tickets(session, how.tickets);
  if (how.is_older) SSL_set_max_proto_version(session, TLS1_2_VERSION);
  if (how.manner == tls_manner::wants_certificate) {
    SSL_set_verify(session, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
}

simulated_tls::~simulated_tls() = default;

std::string simulated_tls::answer_without_tls(std::string_view bytes) {
  constexpr std::size_t record_header_bytes = 5;
  heard_ += bytes;
  if (state_ == state::failed || heard_.size() < record_header_bytes) return {};
  const auto byte = [this](std::size_t at) -> std::size_t {
    return static_cast<unsigned char>(heard_[at]);
  };
  if (heard_.size() < record_header_bytes + (byte(3) << 8 | byte(4))) return {};
  state_ = state::failed;
  if (how_.manner == tls_manner::in_the_clear) return "HTTP/1.1 400 Bad Request\r\n\r\n";
  return {"\x15\x03\x03\0\2\2\x28", 7};  // handshake_failure (RFC 8446, 6.2)
}

std::string simulated_tls::hear(std::string_view bytes) {
  if (!session_) return answer_without_tls(bytes);
  SSL* const session = session_.get();
  BIO_write(SSL_get_rbio(session), bytes.data(), static_cast<int>(bytes.size()));
  if (state_ == state::shaking) {
    const int result = SSL_do_handshake(session);
    if (result == 1) {
      state_ = state::open;
    } else if (SSL_get_error(session, result) != SSL_ERROR_WANT_READ) {
      state_ = state::failed;
    }
  }
  std::array<char, 4096> piece;
  std::size_t got = 0;
  while (state_ == state::open && SSL_read_ex(session, piece.data(), piece.size(), &got) == 1)
    text_.append(piece.data(), got);
  ERR_clear_error();
  return take_output();
}

std::string simulated_tls::take_output() {
  BIO* const out = SSL_get_wbio(session_.get());
  std::string all(BIO_ctrl_pending(out), '\0');
  if (!all.empty()) BIO_read(out, all.data(), static_cast<int>(all.size()));
  return all;
}

std::string simulated_tls::take_text() { return std::exchange(text_, {}); }

std::string simulated_tls::say(std::string_view text) {
  SSL_write(session_.get(), text.data(), static_cast<int>(text.size()));
  return take_output();
}

std::string simulated_tls::ask_for_new_keys() {
  if (how_.is_older) return {};
  SSL_key_update(session_.get(), SSL_KEY_UPDATE_REQUESTED);
  SSL_do_handshake(session_.get());
  return take_output();
}

std::string simulated_tls::say_goodbye() {
  SSL_shutdown(session_.get());
  return take_output();
}

}  // namespace muster::test
