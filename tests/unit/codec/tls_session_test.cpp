// Strategy: both ends of a connection in memory, with certificates made for each test; the server's
// end is OpenSSL as it is.
#include "codec/tls_session.hpp"

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/loopback.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <openssl/err.h>
#include <openssl/ssl.h>

using namespace muster;
using namespace muster::codec;
using namespace std::chrono_literals;
using test::certificate;
using state = tls_session::state;

namespace {

constexpr auto day = 24h;

const certificate& authority() {
  static const certificate made{{.common_name = "Test CA", .is_authority = true}};
  return made;
}

certificate good_one() {
  return {{.common_name = "good", .names = {"DNS:good.test"}}, authority()};
}

/// The other end.
class server {
 public:
  explicit server(const certificate& own, const std::vector<const certificate*>& between = {},
                  const std::function<void(SSL_CTX*)>& set_up = {})
      : context_{SSL_CTX_new(TLS_server_method())} {
    SSL_CTX_use_certificate(context_, own.native());
    SSL_CTX_use_PrivateKey(context_, own.key());
    for (const certificate* const one : between)
      SSL_CTX_add1_chain_cert(context_, one->native());
    if (set_up) set_up(context_);
    session_ = SSL_new(context_);
    SSL_set_bio(session_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_);
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    SSL_free(session_);
    SSL_CTX_free(context_);
  }

  SSL* native() const { return session_; }
  void feed(std::string_view bytes) {
    BIO_write(SSL_get_rbio(session_), bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string output() {
    std::string all;
    std::array<char, 4096> piece;
    for (int got = 0; (got = BIO_read(SSL_get_wbio(session_), piece.data(),
                                      static_cast<int>(piece.size()))) > 0;)
      all.append(piece.data(), static_cast<std::size_t>(got));
    return all;
  }
  void go_on() {
    SSL_do_handshake(session_);
    ERR_clear_error();
  }

 private:
  SSL_CTX* context_;
  SSL* session_ = nullptr;
};

std::string output_of(tls_session& session) {
  std::string all{session.output()};
  session.take_output(all.size());
  return all;
}

/// Goes on with a handshake until it has ended, or neither side says anything.
state shake(tls_session& client, server& other) {
  for (;;) {
    const state now_is = client.handshake();
    other.feed(output_of(client));
    if (now_is != state::need_more) return now_is;
    other.go_on();
    const std::string answer = other.output();
    if (answer.empty()) return now_is;
    client.feed(answer);
  }
}

/// Settings that rely on the tests' issuer.
class relying_settings {
 public:
  relying_settings() {
    test::write_whole_file(directory_.file("ca.pem"), authority().pem());
    settings.ca_file = directory_.file("ca.pem");
  }
  std::string keep(const std::string& name, const std::string& text) {
    test::write_whole_file(directory_.file(name), text);
    return directory_.file(name);
  }

 private:
  test::temporary_directory directory_;

 public:
  tls_settings settings;
};

struct verdict {
  state ended;
  reason failure;
  tls_details details;
};

verdict judge(server& other, const tls_settings& settings, const std::string& name = "good.test") {
  const tls_context context{settings};
  tls_session client{context, {.name = name}, {"http/1.1"}};
  const state ended = shake(client, other);
  return {ended, client.failure(), client.details()};
}

}  // namespace

TEST_CASE("a server whose certificate can be relied on is one to talk to") {
  const relying_settings relying;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const certificate own = good_one();
    server other{own, {}, [&](SSL_CTX* context) {
                   SSL_CTX_set_min_proto_version(context, version);
                   SSL_CTX_set_max_proto_version(context, version);
                 }};
    const tls_context context{relying.settings};
    tls_session client{context, {.name = "good.test"}};
    REQUIRE(shake(client, other) == state::done);
    CHECK(client.established());
    CHECK(client.failure() == reason::none);
    const tls_details details = client.details();
    CHECK(details.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
    CHECK_FALSE(details.cipher.empty());
    CHECK(details.server_name == "good.test");
    CHECK(details.problems.empty());
    CHECK(details.days_left == 89);
    REQUIRE(details.chain.size() == 2);
    CHECK(details.chain[0].subject == "CN=good");
    CHECK(details.chain[0].issuer == "CN=Test CA");
    CHECK(details.chain[1].subject == "CN=Test CA");
    CHECK(details.names == std::vector<std::string>{"good.test"});
    CHECK(details.key == "EC 256");
    CHECK(details.fingerprint.size() == 64);
    CHECK(SSL_get_servername(other.native(), TLSEXT_NAMETYPE_host_name) ==
          std::string{"good.test"});

    REQUIRE(client.write("question"));
    other.feed(output_of(client));
    std::array<char, 100> text{};
    REQUIRE(SSL_read(other.native(), text.data(), static_cast<int>(text.size())) == 8);
    SSL_write(other.native(), "answer", 6);
    SSL_shutdown(other.native());
    client.feed(other.output());
    auto got = client.read(text);
    CHECK(std::string_view(text.data(), got.bytes) == "answer");
    got = client.read(text);
    CHECK(got.ended);
  }
}

TEST_CASE("a handshake is the same however it is cut into pieces") {
  const relying_settings relying;
  const certificate own = good_one();
  server other{own};
  const tls_context context{relying.settings};
  tls_session client{context, {.name = "good.test"}};
  state now_is = client.handshake();
  while (now_is == state::need_more) {
    other.feed(output_of(client));
    other.go_on();
    const std::string answer = other.output();
    REQUIRE_FALSE(answer.empty());
    for (const char byte : answer) {
      client.feed({&byte, 1});
      now_is = client.handshake();
    }
  }
  CHECK(now_is == state::done);
  CHECK(client.failure() == reason::none);
}

TEST_CASE("what is wrong with a certificate is told, the most telling first") {
  const relying_settings relying;
  const certificate between{{.common_name = "Between", .is_authority = true}, authority()};
  const certificate ended_between{{.common_name = "Ended", .ends = -60s, .is_authority = true},
                                  authority()};
  const certificate stranger{{.common_name = "Stranger", .is_authority = true}};
  const std::vector<std::string> names{"DNS:good.test", "DNS:*.wild.test", "IP:10.0.0.1"};
  struct row {
    const char* about;
    certificate own;
    std::vector<const certificate*> sent;
    std::string asked;
    std::vector<reason> problems;
  };
  std::vector<row> rows;
  const auto add = [&](const char* about, certificate own, std::vector<const certificate*> sent,
                       std::string asked, std::vector<reason> problems) {
    rows.push_back({about, std::move(own), std::move(sent), std::move(asked), std::move(problems)});
  };
  add("wildcard", {{.names = names}, authority()}, {}, "a.wild.test", {});
  add("wildcard of two", {{.names = names}, authority()}, {}, "a.b.wild.test",
      {reason::hostname_mismatch});
  add("root's dot", {{.names = names}, authority()}, {}, "good.test.", {});
  add("other", {{.names = names}, authority()}, {}, "bad.test", {reason::hostname_mismatch});
  add("NUL", {{.raw_name = std::string{"good.test\0.evil.test", 20}}, authority()}, {}, "good.test",
      {reason::hostname_mismatch});
  add("expired", {{.names = names, .ends = -60s}, authority()}, {}, "good.test",
      {reason::certificate_expired});
  add("not yet", {{.names = names, .begins = day}, authority()}, {}, "good.test",
      {reason::certificate_not_yet_valid});
  add("self-signed", certificate{{.names = names}}, {}, "good.test", {reason::self_signed});
  add("unknown", {{.names = names}, stranger}, {}, "good.test", {reason::unknown_ca});
  add("unknown, sent", {{.names = names}, stranger}, {&stranger}, "good.test",
      {reason::unknown_ca});
  add("between left out", {{.names = names}, between}, {}, "good.test", {reason::unknown_ca});
  add("between sent", {{.names = names}, between}, {&between}, "good.test", {});
  add("between ended", {{.names = names}, ended_between}, {&ended_between}, "good.test",
      {reason::certificate_expired});
  add("for clients", {{.names = names, .purpose = "clientAuth"}, authority()}, {}, "good.test",
      {reason::certificate_purpose});
  add("all at once", certificate{{.names = names, .ends = -60s}}, {}, "bad.test",
      {reason::certificate_expired, reason::hostname_mismatch, reason::self_signed});
  for (const row& one : rows) {
    INFO(one.about);
    {
      server other{one.own, one.sent};
      const verdict strict = judge(other, relying.settings, one.asked);
      CHECK(strict.ended == state::done);
      CHECK(strict.details.problems == one.problems);
      CHECK(strict.failure == (one.problems.empty() ? reason::none : one.problems.front()));
      REQUIRE_FALSE(strict.details.chain.empty());
      CHECK_FALSE(strict.details.fingerprint.empty());
    }
    server other{one.own, one.sent};
    tls_settings settings = relying.settings;
    settings.verify = false;
    const verdict lenient = judge(other, settings, one.asked);
    CHECK(lenient.details.problems == one.problems);
    CHECK(lenient.failure == reason::none);
  }
}

TEST_CASE("a certificate may be for an address") {
  const relying_settings relying;
  const certificate own{{.names = {"IP:10.0.0.1", "IP:2001:db8::1"}}, authority()};
  const tls_context context{relying.settings};
  for (const char* address : {"10.0.0.1", "2001:db8::1", "10.0.0.2"}) {
    INFO(address);
    server other{own};
    tls_session client{context, {.address = *ip_address::parse(address)}};
    CHECK(shake(client, other) == state::done);
    const bool other_one = std::string_view{address} == "10.0.0.2";
    CHECK(client.failure() == (other_one ? reason::hostname_mismatch : reason::none));
    CHECK(SSL_get_servername(other.native(), TLSEXT_NAMETYPE_host_name) == nullptr);
    CHECK(client.details().names == std::vector<std::string>{"10.0.0.1", "2001:db8::1"});
  }
}

TEST_CASE("days are left until the first of the chain ends") {
  const relying_settings relying;
  const certificate between{{.common_name = "Between", .ends = 5 * day + 1h, .is_authority = true},
                            authority()};
  const certificate own{{.names = {"DNS:good.test"}, .ends = 50 * day}, between};
  server other{own, {&between}};
  CHECK(judge(other, relying.settings).details.days_left == 5);
  const certificate ended{{.names = {"DNS:good.test"}, .ends = -(3 * day + 1h)}, authority()};
  server late{ended};
  CHECK(judge(late, relying.settings).details.days_left == -4);
}

TEST_CASE("why a handshake fails is told") {
  relying_settings relying;
  const certificate own = good_one();
  SECTION("no common version") {
    server other{own, {}, [](SSL_CTX* context) {
                   SSL_CTX_set_security_level(context, 0);
                   SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
                   SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
                   SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
                 }};
    SECTION("by default") {
      const verdict found = judge(other, relying.settings);
      CHECK(found.ended == state::failed);
      CHECK(found.failure == reason::tls_version_unsupported);
      CHECK_FALSE(found.details.error.empty());
    }
    SECTION("older ones allowed") {
      relying.settings.least = tls_version::v1_0;
      const verdict found = judge(other, relying.settings);
      CHECK(found.ended == state::done);
      CHECK(found.details.version == "TLSv1.1");
    }
  }
  SECTION("more asked for than there is") {
    relying.settings.least = tls_version::v1_3;
    server other{
        own, {}, [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); }};
    CHECK(judge(other, relying.settings).failure == reason::tls_version_unsupported);
  }
  SECTION("no common cipher") {
    const certificate rsa{{.names = {"DNS:good.test"}, .rsa_bits = 2048}, authority()};
    server other{rsa, {}, [](SSL_CTX* context) {
                   SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
                   SSL_CTX_set_cipher_list(context, "NULL-SHA256:@SECLEVEL=0");
                 }};
    CHECK(judge(other, relying.settings).failure == reason::no_shared_cipher);
  }
  SECTION("nobody in particular") {
    relying.settings.least = tls_version::v1_0;
    server other{own, {}, [](SSL_CTX* context) {
                   SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
                   SSL_CTX_set_cipher_list(context, "aNULL:@SECLEVEL=0");
                   SSL_CTX_set_dh_auto(context, 1);
                 }};
    const verdict found = judge(other, relying.settings);
    CHECK(found.ended == state::failed);
    CHECK(found.failure == reason::no_shared_cipher);
  }
  SECTION("certificates without end") {
    std::vector<certificate> many;
    for (int i = 0; i < 3; ++i)
      many.push_back({{.is_authority = true, .comment_bytes = 60'000}, authority()});
    server other{own, {&many[0], &many[1], &many[2]}, [](SSL_CTX* context) {
                   SSL_CTX_set_max_cert_list(context, 1 << 24);
                 }};
    const verdict found = judge(other, relying.settings);
    CHECK(found.ended == state::failed);
    CHECK(found.failure == reason::certificate_too_large);
  }
  SECTION("a name that the server has nothing for") {
    server other{own, {}, [](SSL_CTX* context) {
                   const auto nothing = +[](SSL*, int* alert, void*) {
                     *alert = SSL_AD_UNRECOGNIZED_NAME;
                     return SSL_TLSEXT_ERR_ALERT_FATAL;
                   };
                   // As OpenSSL's macro for it does.
                   SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                                         reinterpret_cast<void (*)()>(nothing));
                 }};
    CHECK(judge(other, relying.settings).failure == reason::server_name_unknown);
  }
}

TEST_CASE("what is no TLS is told from what is") {
  const relying_settings relying;
  const tls_context context{relying.settings};
  for (const std::string_view said :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n",
        "\x1b[2J\x1b]0;evil\x07 and more", "* OK IMAP4rev1 ready\r\n"}) {
    INFO(said);
    tls_session client{context, {.name = "good.test"}};
    REQUIRE(client.handshake() == state::need_more);
    client.feed(said);
    CHECK(client.handshake() == state::failed);
    CHECK(client.failure() == reason::not_tls);
  }
}

TEST_CASE("a server that wants a certificate is shown the one there is") {
  relying_settings relying;
  const certificate own = good_one();
  const certificate shown{{.common_name = "client"}, authority()};
  const auto wants_one = [&](int version) {
    return [version](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority().native());
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    };
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const bool has_one : {false, true}) {
      CAPTURE(version, has_one);
      tls_settings settings = relying.settings;
      if (has_one) settings.certificate_file = relying.keep("own.pem", shown.pem_with_key());
      server other{own, {}, wants_one(version)};
      const tls_context context{settings};
      tls_session client{context, {.name = "good.test"}};
      shake(client, other);
      // TLS 1.3 is done before the server has seen what it wants.
      other.go_on();
      client.feed(other.output());
      std::array<char, 100> text{};
      const auto got = client.established() ? client.read(text) : tls_session::text_read{};
      CHECK((SSL_is_init_finished(other.native()) == 1) == has_one);
      CHECK(got.failed == (!has_one && version == TLS1_3_VERSION));
      if (has_one) {
        CHECK(client.failure() == reason::none);
      } else if (version == TLS1_3_VERSION) {
        CHECK(client.failure() == reason::client_certificate_required);
      } else {
        CHECK(client.failure() == reason::no_shared_cipher);
      }
    }
  }
}

TEST_CASE("a server that asks for a new handshake gets none, and is read on") {
  const relying_settings relying;
  const certificate own = good_one();
  server other{
      own, {}, [](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); }};
  const tls_context context{relying.settings};
  tls_session client{context, {.name = "good.test"}};
  REQUIRE(shake(client, other) == state::done);
  SSL_renegotiate(other.native());
  other.go_on();
  client.feed(other.output());
  std::array<char, 100> text{};
  CHECK_FALSE(client.read(text).failed);
  const std::string refusal = output_of(client);
  CHECK_FALSE(refusal.empty());
  CHECK(refusal.size() < 100);
}

TEST_CASE("bytes that were changed on the way never pass for an answer") {
  const relying_settings relying;
  const certificate own = good_one();
  const tls_context context{relying.settings};
  for (std::size_t at = 0; at < 1'500; at += 7) {
    CAPTURE(at);
    server other{own};
    tls_session client{context, {.name = "good.test"}};
    client.handshake();
    other.feed(output_of(client));
    other.go_on();
    std::string answer = other.output();
    const bool is_within = at < answer.size();
    if (is_within) answer[at] = static_cast<char>(answer[at] ^ 0x41);
    client.feed(answer);
    const state ended = client.handshake();
    if (is_within) CHECK(ended != state::done);
    client.details();
  }
}

TEST_CASE("files that can't be used are told of") {
  relying_settings relying;
  const certificate one = good_one();
  const certificate another = good_one();
  const std::string pem = relying.keep("pem", one.pem());
  const std::string with_key = relying.keep("with_key", one.pem_with_key());
  const std::string other_key = relying.keep("other_key", another.pem_with_key());
  const std::string text = relying.keep("text", "no PEM at all\n");
  const auto refusal = [](const tls_settings& settings) -> std::string {
    try {
      const tls_context made{settings};
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return {};
  };
  const auto says = [&](const tls_settings& settings, std::string_view words) {
    const std::string said = refusal(settings);
    CAPTURE(said);
    CHECK(said.find(words) != std::string::npos);
  };
  says({.ca_file = text}, "holds no certificates in PEM");
  says({.ca_file = "/nowhere/ca.pem"}, "/nowhere/ca.pem: No such file");
  says({.certificate_file = text}, "is no certificate in PEM");
  says({.certificate_file = pem}, "holds no key in PEM");
  says({.certificate_file = pem, .key_file = other_key}, "fits the certificate");
  says({.certificate_file = pem, .key_file = "/nowhere/key"}, "No such file");
  CHECK(refusal({.ca_file = pem}).empty());
  CHECK(refusal({.certificate_file = with_key}).empty());
  CHECK(refusal({.certificate_file = pem, .key_file = with_key}).empty());
}
