// What `openssl ocsp` says of a certificate, and nginx and `openssl s_server` staple to it.
#include "cli/talk_peers.hpp"
#include "cli/tls_peers.hpp"
#include "support/nginx_server.hpp"

#include <string>

#include <openssl/bn.h>
#include <openssl/crypto.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

std::string serial_of(const certificate& one) {
  BIGNUM* const number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(one.native()), nullptr);
  char* const digits = BN_bn2hex(number);
  std::string text = digits;
  OPENSSL_free(digits);
  BN_free(number);
  return text;
}

/// What an issuer has on record of a certificate: a line as `openssl ca` writes it, without the
/// serial number and the subject.
constexpr const char* valid = "V\t401231235959Z\t\t";
constexpr const char* revoked = "R\t401231235959Z\t260101000000Z,keyCompromise\t";

/// The name of a file with the issuer's response about the certificate; `on_record` may be empty.
std::string response_about(const certificate& own, const issuer_file& files,
                           const std::string& on_record) {
  const std::string issuer = files.keep("issuer.pem", authority().pem_with_key());
  const std::string index = files.keep(
      "index", on_record.empty() ? "" : on_record + serial_of(own) + "\tunknown\t/CN=here\n");
  const std::string request = files.keep("request", "");
  const std::string response = files.keep("response", "");
  const auto asked = run({"openssl", "ocsp", "-issuer", files.path(), "-cert",
                          files.keep("own.pem", own.pem()), "-no_nonce", "-reqout", request});
  CAPTURE(asked.err);
  REQUIRE(asked.exit_code == 0);
  const auto answered = run({"openssl", "ocsp", "-index", index, "-CA", files.path(), "-rsigner",
                             issuer, "-reqin", request, "-respout", response, "-ndays", "1"});
  CAPTURE(answered.out, answered.err);
  REQUIRE_FALSE(read_whole_file(response).empty());
  return response;
}

certificate here() { return {{.common_name = "here", .names = {"IP:127.0.0.1"}}, authority()}; }

}  // namespace

TEST_CASE("what nginx staples is recorded, and a certificate that is revoked by it is an error") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_OPENSSL();
  const issuer_file relied_on;
  const certificate own = here();
  struct expected {
    const char* on_record;
    const char* ocsp;
    const char* outcome;
  };
  for (const auto& [on_record, ocsp, outcome] :
       {expected{valid, R"("ocsp":"good")", R"("status":"up")"},
        expected{revoked, R"("ocsp":"revoked")",
                 R"("status":"tls_error","reason":"certificate_revoked")"},
        expected{"", R"("ocsp":"unknown")", R"("status":"up")"}}) {
    const nginx_server nginx{
        own.pem_with_key(),
        "ssl_stapling on; ssl_stapling_file " + response_about(own, relied_on, on_record) + ";"};
    const auto result = sweep({nginx.url(), "--ca-file", relied_on.path(), "--json"});
    CAPTURE(on_record, result.out);
    CHECK(contains(result.out, ocsp));
    CHECK(contains(result.out, outcome));
    const auto lenient =
        sweep({nginx.url(), "--insecure", "--ca-file", relied_on.path(), "--json"});
    CHECK(contains(lenient.out, R"("status":"up")"));
    CHECK(contains(lenient.out, ocsp));
  }
  const nginx_server silent{own.pem_with_key()};
  const auto none = sweep({silent.url(), "--ca-file", relied_on.path(), "--json"});
  CAPTURE(none.out);
  CHECK(contains(none.out, R"("status":"up")"));
  CHECK_FALSE(contains(none.out, R"("ocsp")"));
}

TEST_CASE("a staple about another certificate says nothing of this one") {
  MUSTER_NEED_NGINX();
  MUSTER_NEED_OPENSSL();
  const issuer_file relied_on;
  const certificate own = here();
  const certificate other = here();
  const nginx_server nginx{own.pem_with_key(), "ssl_stapling on; ssl_stapling_file " +
                                                   response_about(other, relied_on, revoked) + ";"};
  const auto result = sweep({nginx.url(), "--ca-file", relied_on.path(), "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"up")"));
  CHECK(contains(result.out, R"("ocsp":"invalid")"));
}

TEST_CASE("openssl's server staples to a handshake and to a dialogue, in both versions of TLS") {
  MUSTER_NEED_OPENSSL();
  const issuer_file relied_on;
  const certificate own = here();
  const std::string shown = relied_on.keep("shown.pem", own.pem_with_key());
  const std::string response = response_about(own, relied_on, revoked);
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    const std::uint16_t number = free_port();
    const std::string port = std::to_string(number);
    process server{{"openssl", "s_server", "-accept", "127.0.0.1:" + port, "-cert", shown, "-key",
                    shown, "-status_file", response, "-quiet", version}};
    if (!is_accepting(server, number)) FAIL("s_server didn't start: " << server.wait().err);
    const auto result = sweep({"127.0.0.1", "--tls", port, "--talk", port + "=starttls; send hi",
                               "--ca-file", relied_on.path(), "--json"});
    CAPTURE(version, result.out, result.err);
    CHECK(lines_with(result.out, R"("status":"tls_error","reason":"certificate_revoked")") == 2);
    CHECK(lines_with(result.out, R"("ocsp":"revoked")") == 2);
  }
}
