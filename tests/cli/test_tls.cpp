// Real servers, and peers that stop somewhere on the way.
#include "cli/tls_peers.hpp"
#include "support/hostile_server.hpp"
#include "support/nginx_server.hpp"

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

certificate here() {
  return {{.common_name = "here", .names = {"IP:127.0.0.1", "DNS:here.test"}}, authority()};
}

}  // namespace

TEST_CASE("a page over TLS is reported as it is, with the certificate") {
  MUSTER_NEED_NGINX();
  const issuer_file relied_on;
  const nginx_server nginx{here().pem_with_key()};
  const auto result = sweep({nginx.url(), "--ca-file", relied_on.path(), "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  for (const char* part :
       {R"("status":"up")", R"("title":"A muster of nginx")", R"("tls_ms":)",
        R"("tls":{"version":"TLSv1.3")", R"("alpn":"http/1.1")", R"("days_left":89)",
        R"("subject":"CN=here","issuer":"CN=Test CA")", R"("names":["127.0.0.1","here.test"])",
        R"("chain":[{"subject":"CN=Test CA")"}) {
    CHECK(contains(result.out, part));
  }
  CHECK_FALSE(contains(result.out, "problems"));
  const auto text = sweep({nginx.url(), "--ca-file", relied_on.path()});
  CHECK(contains(text.out, "TLSv1.3 cert 89 d"));
  const auto table = sweep({nginx.url(), "--ca-file", relied_on.path(), "--csv"});
  CHECK(contains(table.out, ",tls.version,"));
  CHECK(contains(table.out, ",TLSv1.3,"));
}

TEST_CASE("a certificate that nobody relies on is told of, and the server is not asked") {
  MUSTER_NEED_NGINX();
  const issuer_file relied_on;
  const nginx_server nginx{here().pem_with_key()};
  const auto result = sweep({nginx.url("/strict"), "--json"});
  CAPTURE(result.out);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, R"("status":"tls_error","reason":"unknown_ca")"));
  CHECK(contains(result.out, R"("problems":["unknown_ca"])"));
  CHECK(contains(result.out, R"("subject":"CN=here")"));
  CHECK_FALSE(contains(result.out, "status_code"));
  const auto lenient =
      sweep({nginx.url("/lenient"), "--json", "--insecure", "--expect-status", "404"});
  CHECK(contains(lenient.out, R"("status":"up")"));
  CHECK(contains(lenient.out, R"("problems":["unknown_ca"])"));
  CHECK(nginx.was_asked("GET /lenient 404"));
  CHECK_FALSE(contains(nginx.requests(), "/strict"));
}

TEST_CASE("a certificate that ends soon is a mismatch, for all or for a row") {
  MUSTER_NEED_NGINX();
  const issuer_file relied_on;
  const nginx_server nginx{here().pem_with_key()};
  const auto soon = [&](const std::string& days) {
    return sweep({nginx.url(), "--ca-file", relied_on.path(), "--json", "--tls-expires-in", days})
        .out;
  };
  CHECK(contains(soon("90"), R"("status":"mismatch","reason":"certificate_expires_soon")"));
  CHECK(contains(soon("89"), R"("status":"up")"));
  process_options rows;
  rows.input = "url,tls_expires_in,server_name\n" + nginx.url() + ",200,\n" + nginx.url() +
               ",2,here.test\n" + nginx.url() + ",2,there.test\n";
  const auto result =
      sweep({"-iL", "-", "--ca-file", relied_on.path(), "--json", "--ordered"}, rows);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("reason":"certificate_expires_soon")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("server_name":"here.test")") == 1);
  CHECK(lines_with(result.out, R"("reason":"hostname_mismatch")") == 1);
}

TEST_CASE("redirects lead from http to https, and each certificate is held against its own host") {
  MUSTER_NEED_NGINX();
  const issuer_file relied_on;
  const nginx_server secure{here().pem_with_key()};
  const hostile_server plain{hostile_script::redirect_to(secure.url("/redirect"))};
  const auto result =
      sweep({plain.url(), "--max-redirects", "3", "--ca-file", relied_on.path(), "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("redirects":[302,302])"));
  CHECK(contains(result.out, "\"url\":\"" + secure.url() + "\""));
  CHECK(contains(result.out, R"("status_code":200)"));
  const auto excluded = sweep(
      {plain.url(), "--max-redirects", "3", "--insecure", "--json", "--exclude", "127.0.0.1"});
  CHECK_FALSE(contains(excluded.out, R"("status":"up")"));
}

TEST_CASE("a server that wants a certificate is shown one") {
  MUSTER_NEED_NGINX();
  const issuer_file relied_on;
  const certificate own{{.common_name = "client"}, authority()};
  const std::string shown = relied_on.keep("own.pem", own.pem_with_key());
  const nginx_server nginx{here().pem_with_key(), "ssl_verify_client on; ssl_client_certificate " +
                                                      relied_on.path() + ";"};
  const auto with = sweep({nginx.url(), "--ca-file", relied_on.path(), "--cert", shown});
  CAPTURE(with.out, with.err);
  CHECK(with.exit_code == 0);
  const auto without = sweep({nginx.url(), "--ca-file", relied_on.path(), "--json"});
  CHECK(contains(without.out, R"("status_code":400)"));
}

TEST_CASE("a handshake that stalls, ends or is reset is told from one that fails") {
  hostile_script begins{.wait_for_request = false};
  // The head of a record, and of a ServerHello in it, that never comes.
  begins.head = std::string{"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11};
  begins.then = hostile_script::ending::hold;
  hostile_script garbage{.wait_for_request = false};
  garbage.head = "220 mail.example ESMTP \x1b[2J\r\n";
  garbage.then = hostile_script::ending::hold;
  hostile_script ends = begins;
  ends.then = hostile_script::ending::close;
  hostile_script resets = begins;
  resets.then = hostile_script::ending::reset;
  hostile_script silent = hostile_script::silent();
  struct row {
    hostile_script script;
    const char* timeout;
    const char* expected;
  };
  for (const row& one : {row{silent, "300ms", R"("status":"timeout","reason":"handshake_timeout")"},
                         row{begins, "300ms", R"("status":"timeout","reason":"handshake_timeout")"},
                         row{garbage, "20s", R"("status":"tls_error","reason":"not_tls")"},
                         row{ends, "20s", R"("status":"reset","reason":"closed_early")"},
                         row{resets, "20s", R"("status":"reset","reason":"connection_reset")"}}) {
    const hostile_server server{one.script};
    const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    const auto result = sweep({url, "--timeout", one.timeout, "--json"});
    CAPTURE(one.expected, result.out);
    CHECK(contains(result.out, one.expected));
  }
}

TEST_CASE("files of certificates that can't be used stop a sweep before its first probe") {
  const issuer_file relied_on;
  const std::string text = relied_on.keep("text", "none\n");
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--ca-file", text},
                                                {"--ca-file", "/nowhere"},
                                                {"--cert", text},
                                                {"--tls-min", "1.4"},
                                                {"--server-name", "10.0.0.1"},
                                                {"--tls-expires-in", "-1"}}) {
    std::vector<std::string> all{"https://127.0.0.1:1/"};
    all.insert(all.end(), wrong.begin(), wrong.end());
    const auto result = sweep(all);
    CAPTURE(wrong, result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
  }
}
