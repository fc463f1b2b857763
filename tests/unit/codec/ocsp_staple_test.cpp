// What an issuer says of a certificate, as a server staples it to its handshake.
#include "codec/ocsp_staple.hpp"

#include "support/catch.hpp"
#include "tls_peers.hpp"

#include <memory>
#include <optional>
#include <string>

#include <openssl/ocsp.h>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

struct response {
  int status = V_OCSP_CERTSTATUS_GOOD;
  std::chrono::seconds updated = -60s;
  std::chrono::seconds next = 3600s;
  const EVP_MD* digest = EVP_sha1();
  const certificate* about = nullptr;   ///< The server's own where there is none.
  const certificate* signer = nullptr;  ///< The issuer where there is none.
};

/// In DER. `issuer` is that of the certificate it is about.
std::string written(const response& what, const certificate& own, const certificate& issuer) {
  OCSP_BASICRESP* const basic = OCSP_BASICRESP_new();
  const certificate& about = what.about ? *what.about : own;
  OCSP_CERTID* const id = OCSP_cert_to_id(what.digest, about.native(), issuer.native());
  ASN1_TIME* const updated = X509_gmtime_adj(nullptr, what.updated.count());
  ASN1_TIME* const next = X509_gmtime_adj(nullptr, what.next.count());
  ASN1_TIME* const revoked =
      what.status == V_OCSP_CERTSTATUS_REVOKED ? X509_gmtime_adj(nullptr, -3600) : nullptr;
  OCSP_basic_add1_status(basic, id, what.status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked,
                         updated, next);
  const certificate& signer = what.signer ? *what.signer : issuer;
  // The issuer's certificate is known; another's comes with what it signs.
  const unsigned long flags = what.signer ? 0 : OCSP_NOCERTS;
  REQUIRE(OCSP_basic_sign(basic, signer.native(), signer.key(), EVP_sha256(), nullptr, flags) == 1);
  OCSP_RESPONSE* const whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* bytes = nullptr;
  const int size = i2d_OCSP_RESPONSE(whole, &bytes);
  REQUIRE(size > 0);
  std::string text{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  OPENSSL_free(bytes);
  OCSP_RESPONSE_free(whole);
  for (ASN1_TIME* const one : {updated, next, revoked})
    ASN1_TIME_free(one);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(basic);
  return text;
}

/// Has a server staple this.
class stapling_server {
 public:
  stapling_server(const certificate& own, const std::vector<const certificate*>& between,
                  std::string staple, int version = TLS1_3_VERSION)
      : staple_{std::move(staple)},
        server_{own, between, [&](SSL_CTX* context) {
                  SSL_CTX_set_max_proto_version(context, version);
                  const auto give = +[](SSL* session, void* text) {
                    const auto& all = *static_cast<const std::string*>(text);
                    void* const copy = OPENSSL_memdup(all.data(), all.size());
                    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP,
                             static_cast<long>(all.size()), copy);
                    return SSL_TLSEXT_ERR_OK;
                  };
                  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                                        reinterpret_cast<void (*)()>(give));
                  SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB_ARG, 0, &staple_);
                }} {}
  verdict judged(const tls_settings& settings) { return judge(server_, settings); }

 private:
  std::string staple_;
  server server_;
};

/// What is recorded of a certificate whose issuer has said this.
std::string recorded(const response& what) {
  const relying_settings relying;
  const certificate own = good_one();
  stapling_server other{own, {}, written(what, own, authority())};
  return other.judged(relying.settings).details.ocsp;
}

}  // namespace

TEST_CASE("what the issuer says of a certificate is recorded, over both versions of TLS") {
  const relying_settings relying;
  const certificate own = good_one();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const int status :
         {V_OCSP_CERTSTATUS_GOOD, V_OCSP_CERTSTATUS_REVOKED, V_OCSP_CERTSTATUS_UNKNOWN}) {
      stapling_server other{own, {}, written({.status = status}, own, authority()), version};
      const verdict found = other.judged(relying.settings);
      CAPTURE(version, status);
      CHECK(found.ended == state::done);
      const bool is_revoked = status == V_OCSP_CERTSTATUS_REVOKED;
      CHECK(found.failure == (is_revoked ? reason::certificate_revoked : reason::none));
      CHECK(found.details.ocsp == (is_revoked                         ? "revoked"
                                   : status == V_OCSP_CERTSTATUS_GOOD ? "good"
                                                                      : "unknown"));
    }
  }
  server silent{own};
  CHECK(judge(silent, relying.settings).details.ocsp.empty());
}

TEST_CASE("a certificate may be named by any digest in what is said of it") {
  for (const EVP_MD* const digest : {EVP_sha1(), EVP_sha256(), EVP_sha512()})
    CHECK(recorded({.digest = digest}) == "good");
}

TEST_CASE("what is out of date, or about another certificate, says nothing") {
  CHECK(recorded({.updated = -7200s, .next = -3600s}) == "invalid");
  CHECK(recorded({.updated = 3600s, .next = 7200s}) == "invalid");
  const certificate another = good_one();
  CHECK(recorded({.about = &another}) == "invalid");
}

TEST_CASE("only the issuer, and who has its word for that, is believed") {
  const certificate responder{{.common_name = "Responder", .purpose = "OCSPSigning"}, authority()};
  CHECK(recorded({.signer = &responder}) == "good");
  const certificate late{{.common_name = "Late", .ends = -60s, .purpose = "OCSPSigning"},
                         authority()};
  CHECK(recorded({.signer = &late}) == "invalid");
  const certificate plain{{.common_name = "Plain"}, authority()};
  CHECK(recorded({.signer = &plain}) == "invalid");
  const certificate stranger{{.common_name = "Stranger", .is_authority = true}};
  CHECK(recorded({.signer = &stranger}) == "invalid");
}

TEST_CASE("a certificate is no witness for itself") {
  const relying_settings relying;
  const certificate own = good_one();
  stapling_server other{own, {}, written({.signer = &own}, own, authority())};
  CHECK(other.judged(relying.settings).details.ocsp == "invalid");
}

TEST_CASE("an issuer in between speaks for what it has issued, and may have somebody do so") {
  const relying_settings relying;
  const certificate between{{.common_name = "Between", .is_authority = true}, authority()};
  const certificate closer{{.common_name = "Closer", .is_authority = true}, between};
  const certificate own{{.common_name = "good", .names = {"DNS:good.test"}}, closer};
  const certificate responder{{.common_name = "Responder", .purpose = "OCSPSigning"}, closer};
  for (const certificate* const signer : {&closer, &responder}) {
    stapling_server other{own, {&closer, &between}, written({.signer = signer}, own, closer)};
    const verdict found = other.judged(relying.settings);
    CHECK(found.details.problems.empty());
    CHECK(found.details.ocsp == "good");
  }
  stapling_server root{own, {&closer, &between}, written({.signer = &authority()}, own, closer)};
  CHECK(root.judged(relying.settings).details.ocsp == "invalid");
}

TEST_CASE("a staple that can't be read, or is no answer, is invalid, and the handshake is done") {
  const relying_settings relying;
  const certificate own = good_one();
  const std::string good = written({}, own, authority());
  OCSP_RESPONSE* const later = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, nullptr);
  unsigned char* bytes = nullptr;
  const int size = i2d_OCSP_RESPONSE(later, &bytes);
  const std::string try_later{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  OPENSSL_free(bytes);
  OCSP_RESPONSE_free(later);
  std::string changed = good;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  for (const std::string& staple : {std::string{"garbage \x1b[2J"}, std::string(10'000, '0'),
                                    good.substr(0, good.size() / 2), changed, try_later}) {
    stapling_server other{own, {}, staple};
    const verdict found = other.judged(relying.settings);
    CHECK(found.ended == state::done);
    CHECK(found.failure == reason::none);
    CHECK(found.details.ocsp == "invalid");
  }
}
