// Strategy: OpenSSL reads and writes two pieces of memory. The certificate is looked at in full,
// whatever is found to be wrong with it, and the handshake goes on: only then does a report have
// all of it. What was found decides whether anything is said to the peer afterwards.
#include "codec/tls_session.hpp"

#include "codec/certificate.hpp"
#include "codec/ocsp_staple.hpp"
#include "codec/openssl.hpp"
#include "codec/tls_reason.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <new>
#include <utility>

namespace muster::codec {
namespace {

/// The most telling first: what is a fact whoever looks at it, before what depends on whom one
/// relies on.
constexpr std::array telling{
    reason::certificate_revoked, reason::certificate_expired,  reason::certificate_not_yet_valid,
    reason::hostname_mismatch,   reason::self_signed,          reason::certificate_chain_too_long,
    reason::unknown_ca,          reason::certificate_too_weak, reason::certificate_purpose,
    reason::certificate_invalid,
};

std::size_t rank(reason what) {
  return static_cast<std::size_t>(std::ranges::find(telling, what) - telling.begin());
}

/// As RFC 7301 writes a list of protocols.
std::string in_wire_form(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& one : protocols)
    list.append(1, static_cast<char>(one.size())).append(one);
  return list;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

void tls_session::freed::operator()(SSL* session) const { SSL_free(session); }

tls_session::tls_session(const tls_context& context, const peer_identity& peer,
                         const std::vector<std::string>& protocols)
    : context_{context}, server_name_{peer.name} {
  if (!context.missing().empty()) {
    failure_ = reason::library_missing;
    error_ = context.missing();
    return;
  }
  session_.reset(SSL_new(context.native()));
  SSL* const session = session_.get();
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  if (!session || !in || !out) {
    BIO_free(in);
    BIO_free(out);
    throw std::bad_alloc{};
  }
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(session, in, out);
  SSL_set_connect_state(session);
  SSL_set_ex_data(session, 0, this);
  SSL_set_verify(session, SSL_VERIFY_PEER, on_certificate);
  SSL_set_tlsext_status_type(session, TLSEXT_STATUSTYPE_ocsp);

  X509_VERIFY_PARAM* const expected = SSL_get0_param(session);
  if (server_name_.empty()) {
    X509_VERIFY_PARAM_set1_ip_asc(expected, peer.address.to_string().c_str());
  } else {
    // A name may be written with the dot of the root, and is asked for without.
    std::string plain = server_name_;
    if (plain.ends_with('.')) plain.pop_back();
    // As OpenSSL's macro for it does.
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, plain.data());
    X509_VERIFY_PARAM_set1_host(expected, plain.data(), plain.size());
  }
  if (const std::string list = in_wire_form(protocols); !list.empty()) {
    SSL_set_alpn_protos(session, bytes_of(list), static_cast<unsigned>(list.size()));
  }
}

tls_session::~tls_session() = default;

/// Notes what is wrong, and has the verification go on.
int tls_session::on_certificate(int ok, X509_STORE_CTX* verification) {
  if (ok == 1) return 1;
  const auto* const session = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const self = static_cast<tls_session*>(SSL_get_ex_data(session, 0));
  self->note_problem(reason_of_certificate(X509_STORE_CTX_get_error(verification)));
  return 1;
}

void tls_session::note_problem(reason what) {
  if (what == reason::none || std::ranges::find(problems_, what) != problems_.end()) return;
  // One that nobody knows is one that is not relied on, which says as much.
  problems_.insert(std::ranges::lower_bound(problems_, rank(what), {}, rank), what);
}

tls_session::state tls_session::handshake() {
  if (established_) return state::done;
  if (failure_ != reason::none) return state::failed;
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  if (result == 1) {
    established_ = true;
    // Who shows none could be anybody; none of the ciphers allows it.
    if (!SSL_get0_peer_certificate(session_.get())) note_problem(reason::certificate_invalid);
    staple_ = read_staple();
    if (staple_ == "revoked") note_problem(reason::certificate_revoked);
    return state::done;
  }
  const int why = SSL_get_error(session_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return state::need_more;
  note_failure();
  if (why == SSL_ERROR_ZERO_RETURN) error_ = SSL_alert_desc_string_long(SSL_AD_CLOSE_NOTIFY);
  return state::failed;
}

void tls_session::note_failure() {
  const unsigned long error = ERR_peek_error();
  failure_ = reason_of_handshake(error);
  // All that is left of the handshake then is the peer's word on our certificate (RFC 8446, 4.4.2).
  if (established_ && failure_ != reason::client_certificate_required &&
      failure_ != reason::client_certificate_refused) {
    failure_ = reason::tls_broken;
  }
  if (const char* const text = ERR_reason_error_string(error)) error_ = text;
  ERR_clear_error();
}

reason tls_session::failure() const {
  if (failure_ != reason::none) return failure_;
  const bool matters = context_.settings().verify && !problems_.empty();
  return matters ? problems_.front() : reason::none;
}

void tls_session::feed(std::string_view bytes) {
  BIO* const in = SSL_get_rbio(session_.get());
  if (!bytes.empty() && BIO_write(in, bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    throw std::bad_alloc{};
  }
}

std::string_view tls_session::output() const {
  if (!session_) return {};
  char* text = nullptr;
  const long bytes = BIO_get_mem_data(SSL_get_wbio(session_.get()), &text);
  return bytes > 0 ? std::string_view{text, static_cast<std::size_t>(bytes)} : std::string_view{};
}

void tls_session::take_output(std::size_t bytes) {
  BIO* const out = SSL_get_wbio(session_.get());
  std::array<char, 4096> taken;
  while (bytes > 0) {
    const int got = BIO_read(out, taken.data(), static_cast<int>(std::min(bytes, taken.size())));
    if (got <= 0) return;
    bytes -= static_cast<std::size_t>(got);
  }
}

bool tls_session::write(std::string_view text) {
  while (!text.empty()) {
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(session_.get(), text.data(), text.size(), &written) != 1) {
      note_failure();
      return false;
    }
    text.remove_prefix(written);
  }
  return true;
}

tls_session::text_read tls_session::read(std::span<char> into) {
  ERR_clear_error();
  text_read got;
  if (SSL_read_ex(session_.get(), into.data(), into.size(), &got.bytes) == 1) return got;
  switch (SSL_get_error(session_.get(), 0)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      break;
    case SSL_ERROR_ZERO_RETURN:
      got.ended = true;
      break;
    default:
      note_failure();
      got.failed = true;
  }
  return got;
}

/// What the server lets the certificate's issuer say of it.
std::string tls_session::read_staple() {
  const unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(session_.get(), &bytes);
  const STACK_OF(X509)* const chain = SSL_get0_verified_chain(session_.get());
  if (size <= 0 || !bytes) return {};
  if (!chain) return "invalid";
  return std::string{
      judge_staple({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}, *chain,
                   *SSL_CTX_get_cert_store(context_.native()))};
}

tls_details tls_session::details() const {
  tls_details details;
  SSL* const session = session_.get();
  details.server_name = server_name_;
  details.problems = problems_;
  details.ocsp = staple_;
  details.error = error_;
  if (!session) return details;
  if (const SSL_CIPHER* const cipher = SSL_get_current_cipher(session)) {
    details.version = SSL_get_version(session);
    const char* const name = SSL_CIPHER_standard_name(cipher);
    details.cipher = name ? name : SSL_CIPHER_get_name(cipher);
  }
  const unsigned char* protocol = nullptr;
  unsigned protocol_bytes = 0;
  SSL_get0_alpn_selected(session, &protocol, &protocol_bytes);
  if (protocol) details.alpn.assign(reinterpret_cast<const char*>(protocol), protocol_bytes);

  const bool trusted = std::ranges::none_of(problems_, [](reason one) {
    return one == reason::unknown_ca || one == reason::self_signed;
  });
  const STACK_OF(X509)* chain = trusted ? SSL_get0_verified_chain(session) : nullptr;
  if (!chain) chain = SSL_get_peer_cert_chain(session);
  if (chain) describe_chain(details, *chain);
  details.days_left = days_left(details, std::chrono::system_clock::now());
  return details;
}

}  // namespace muster::codec
