// Handshakes, and what comes after them.
#include "support/catch.hpp"
#include "tls_peers.hpp"

#include <array>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

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
