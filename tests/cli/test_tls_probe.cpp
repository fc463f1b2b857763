#include "cli/talk_peers.hpp"
#include "support/hostile_server.hpp"

using namespace muster::test;

namespace {

/// `openssl s_server` with this certificate, and more of its options, at a port of its own.
class openssl_server {
 public:
  explicit openssl_server(const own_certificate& tls, std::vector<std::string> more = {})
      : port_{free_port()}, server_{command(tls, port_, std::move(more))} {
    if (!is_accepting(server_, port_)) {
      throw std::runtime_error{"openssl s_server didn't start: " + server_.wait().err};
    }
  }
  std::string port() const { return std::to_string(port_); }

 private:
  static std::vector<std::string> command(const own_certificate& tls, std::uint16_t port,
                                          std::vector<std::string> more) {
    std::vector<std::string> words{
        "openssl", "s_server",        "-accept", "127.0.0.1:" + std::to_string(port),
        "-cert",   tls.certificate(), "-key",    tls.key(),
        "-quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::uint16_t port_;
  process server_;
};

std::string port_of(const hostile_server& server) { return std::to_string(server.port()); }

}  // namespace

TEST_CASE("a handshake is up, with its phases and the certificate") {
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const openssl_server server{tls};
  const auto result =
      sweep({"localhost", "-4", "--tls", server.port(), "--ca-file", tls.certificate(), "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("probe":"tls","address":"127.0.0.1","port":)" + server.port() +
                                 R"(,"status":"up","rtt_ms":)"));
  CHECK(contains(result.out, R"("connect_ms":)"));
  CHECK(contains(result.out, R"("tls_ms":)"));
  CHECK(contains(result.out, R"("tls":{"version":"TLSv1.3")"));
  CHECK(contains(result.out, R"("server_name":"localhost")"));
  CHECK(contains(result.out, R"("subject":"CN=localhost")"));
  const auto text = sweep({"127.0.0.1", "--tls", server.port(), "--ca-file", tls.certificate()});
  CAPTURE(text.out);
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, " TLSv1.3 cert 89 d"));
}

TEST_CASE("a certificate that can't be relied on is a TLS error, unless that is borne") {
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const openssl_server server{tls};
  const auto strict = sweep({"127.0.0.1", "--tls", server.port(), "--csv"});
  CAPTURE(strict.out, strict.err);
  CHECK(strict.exit_code == 1);
  CHECK(lines_with(strict.out, ",tls_error,self_signed,,") == 1);
  CHECK(contains(strict.out, "CN=localhost"));
  const auto lax = sweep({"127.0.0.1", "--tls", server.port(), "--insecure", "--json"});
  CAPTURE(lax.out);
  CHECK(lax.exit_code == 0);
  CHECK(contains(lax.out, R"("problems":["self_signed"])"));
  const auto other = sweep({"127.0.0.1", "--tls", server.port(), "--ca-file", tls.certificate(),
                            "--server-name", "other.example", "--json"});
  CAPTURE(other.out);
  CHECK(other.exit_code == 1);
  CHECK(contains(other.out, R"("status":"tls_error","reason":"hostname_mismatch")"));
  CHECK(contains(other.out, R"("server_name":"other.example")"));
}

TEST_CASE("a certificate that ends soon is a mismatch for who asks") {
  MUSTER_NEED_OPENSSL();
  const own_certificate tls{10};
  const openssl_server server{tls};
  const std::vector<std::string> asked{"127.0.0.1",       "--tls", server.port(),     "--ca-file",
                                       tls.certificate(), "--csv", "--tls-expires-in"};
  const auto with = [&asked](const std::string& days) {
    auto all = asked;
    all.push_back(days);
    return sweep(all);
  };
  const auto soon = with("30");
  CAPTURE(soon.out, soon.err);
  CHECK(soon.exit_code == 1);
  CHECK(lines_with(soon.out, ",mismatch,certificate_expires_soon,") == 1);
  CHECK(with("5").exit_code == 0);
}

TEST_CASE("versions that don't meet, and what is no TLS at all, are TLS errors") {
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const openssl_server old{tls, {"-tls1_2"}};
  const auto low =
      sweep({"127.0.0.1", "--tls", old.port(), "--tls-min", "1.3", "--insecure", "--csv"});
  CAPTURE(low.out, low.err);
  CHECK(lines_with(low.out, ",tls_error,tls_version_unsupported,") == 1);
  auto script = hostile_script::garbage();
  script.wait_for_request = false;
  hostile_server garbage{script};
  const auto none = sweep({"127.0.0.1", "--tls", port_of(garbage), "--csv"});
  CAPTURE(none.out);
  CHECK(lines_with(none.out, ",tls_error,not_tls,") == 1);
}

TEST_CASE("a peer that is silent, closes or resets in a handshake is told apart") {
  hostile_server silent{hostile_script::silent()};
  const auto waited = sweep({"127.0.0.1", "--tls", port_of(silent), "--timeout", "200ms", "--csv"});
  CAPTURE(waited.out, waited.err);
  CHECK(lines_with(waited.out, ",timeout,handshake_timeout,") == 1);
  const auto cut = sweep({"127.0.0.1", "--tls", port_of(silent), "--deadline", "200ms", "--csv"});
  CHECK(lines_with(cut.out, ",cancelled,run_deadline,") == 1);
  hostile_server closes{hostile_script::closes_at_once()};
  const auto closed = sweep({"127.0.0.1", "--tls", port_of(closes), "--csv"});
  CAPTURE(closed.out);
  CHECK(lines_with(closed.out, ",reset,") == 1);
  hostile_server resets{hostile_script::resets_at_once()};
  const auto reset = sweep({"127.0.0.1", "--tls", port_of(resets), "--csv"});
  CAPTURE(reset.out);
  CHECK(lines_with(reset.out, ",reset,") == 1);
}

TEST_CASE("ports that are closed are refused, and in a range that is nothing wrong") {
  const closed_port closed;
  const auto named = sweep({"127.0.0.1", "--tls", closed.text()});
  CAPTURE(named.out, named.err);
  CHECK(named.exit_code == 1);
  CHECK(contains(named.out, "refused"));
  const std::string range = closed.text() + '-' + closed.text();
  const auto swept = sweep({"127.0.0.1", "--tls", range});
  CAPTURE(swept.out);
  CHECK_FALSE(contains(swept.out, "refused"));
  const auto wrong = sweep({"127.0.0.1", "--tls", "x"});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.err, "--tls: "));
}

TEST_CASE("a row says what name its server is asked for") {
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const openssl_server server{tls};
  process_options options;
  options.input = "host,server_name\n127.0.0.1,a.example\n127.0.0.1,localhost\n";
  const auto result = sweep(
      {"-iL", "-", "--tls", server.port(), "--ca-file", tls.certificate(), "--ordered", "--json"},
      options);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("reason":"hostname_mismatch")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
}
