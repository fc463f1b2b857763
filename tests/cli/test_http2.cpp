#include "cli/talk_peers.hpp"
#include "support/certificates.hpp"
#include "support/nginx_server.hpp"

#include <array>

using namespace muster::test;

namespace {

/// Asked at once, without TLS.
process_result ask(const http2_peer& peer, std::vector<std::string> more = {}) {
  more.insert(more.begin(),
              {"http://127.0.0.1:" + peer.port() + "/", "--http-versions", "2", "--json"});
  return sweep(std::move(more));
}

certificate localhost() {
  return certificate{{.common_name = "localhost", .names = {"IP:127.0.0.1"}}};
}

}  // namespace

TEST_CASE("nginx chooses HTTP/2 where it is offered, and answers as it does over HTTP/1.1") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{localhost().pem_with_key(), "", "ssl http2"};
  const auto get = [&](const std::string& path, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {nginx.url(path), "--insecure", "--json"});
    return sweep(std::move(more)).out;
  };
  const std::string page = get("/");
  CAPTURE(page);
  for (const char* part :
       {R"("status":"up")", R"("version":"2","status_code":200,"title":"A muster of nginx")",
        R"("server":"nginx)", R"("content_type":"text/html","content_length":)",
        R"("first_byte_ms":)", R"("transfer_ms":)", R"("alpn":"h2")"}) {
    CHECK(contains(page, part));
  }
  CHECK(contains(get("/", {"--http-versions", "1.1"}), R"("version":"1.1")"));
  CHECK(contains(get("/", {"--http-versions", "1.1"}), R"("alpn":"http/1.1")"));
  CHECK(contains(get("/", {"--http-versions", "2"}), R"("version":"2")"));
  CHECK(contains(get("/", {"--expect-version", "2"}), R"("status":"up")"));
  CHECK(contains(get("/", {"--expect-version", "1.1"}), R"("reason":"version_not_expected")"));
  CHECK(contains(get("/", {"--head"}), R"("body_bytes":0)"));
  CHECK(contains(get("/host"), R"("status":"up")"));
  CHECK(contains(get("/redirect-twice", {"--max-redirects", "3"}),
                 R"("status_code":200,"redirects":[302,302],"title":"A muster of nginx")"));
  const std::string big = get("/big");
  CHECK(contains(big, R"("body_bytes":1048576,"body_truncated":true)"));
  CHECK(contains(get("/big", {"--max-body", "8MiB"}), R"("body_bytes":3145728)"));
  CHECK(contains(get("/", {"--expect-body", "Present", "--expect-header", "Content-Type: html"}),
                 R"("status":"up")"));
}

TEST_CASE("a server without HTTP/2 is asked by HTTP/1.1") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{localhost().pem_with_key()};
  const auto result = sweep({nginx.url(), "--insecure", "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("version":"1.1")"));
  CHECK(contains(result.out, R"("alpn":"http/1.1")"));
}

TEST_CASE("nghttpd is asked over HTTP/2, with and without TLS, and takes a body") {
  if (!has_program("nghttpd")) MUSTER_SKIP("nghttp2-server is not installed");
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const temporary_directory directory;
  write_whole_file(directory.file("index.html"), "<title>Two</title>");
  const std::string body = directory.file("body");
  write_whole_file(body, std::string(300'000, 'b'));
  for (const bool is_secure : {false, true}) {
    const std::uint16_t port = free_port();
    std::vector<std::string> words{"nghttpd",       "-a", "127.0.0.1",
                                   "--echo-upload", "-d", directory.path().string()};
    if (!is_secure) words.emplace_back("--no-tls");
    words.push_back(std::to_string(port));
    if (is_secure) words.insert(words.end(), {tls.key(), tls.certificate()});
    process server{words};
    if (!is_accepting(server, port)) FAIL("nghttpd didn't start: " << server.wait().err);
    const std::string url =
        (is_secure ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port) + "/";
    const auto page =
        sweep({url, "--ca-file", tls.certificate(), "--http-versions", "2", "--json"});
    CAPTURE(is_secure, page.out, page.err);
    CHECK(contains(page.out, R"("version":"2","status_code":200,"title":"Two")"));
    const auto echo = sweep({url + "echo", "--ca-file", tls.certificate(), "--http-versions", "2",
                             "--json", "--body", "@" + body});
    CAPTURE(echo.out, echo.err);
    CHECK(contains(echo.out, R"("body_bytes":300000)"));
  }
}

TEST_CASE("a peer is told that its settings and pings have come") {
  MUSTER_NEED_TALK_PEERS();
  const http2_peer peer{"waits_for_ack"};
  CHECK(contains(ask(peer).out, R"("version":"2","status_code":200,"title":"Two")"));
}

TEST_CASE("whatever goes wrong over HTTP/2 has its own reason, and what the peer said") {
  MUSTER_NEED_TALK_PEERS();
  struct expected {
    const char* scenario;
    const char* outcome;
    const char* said;
  };
  const std::array all{
      expected{"page", R"("status":"up")", R"("title":"Two")"},
      expected{"silent", R"("status":"timeout","reason":"first_byte_timeout")", ""},
      expected{"settles_only", R"("status":"timeout","reason":"first_byte_timeout")", ""},
      expected{"half", R"("status":"timeout","reason":"transfer_timeout")", R"("status_code":200)"},
      expected{"closes", R"("status":"reset","reason":"closed_early")", ""},
      expected{"half_then_closes", R"("status":"reset","reason":"closed_early")",
               R"("title":"Two")"},
      expected{"http1", R"("status":"protocol_error","reason":"http2_error")",
               R"("http2_error":"Remote peer returned unexpected data)"},
      expected{"garbage", R"("status":"protocol_error","reason":"http2_error")", ""},
      expected{"refuses", R"("status":"reset","reason":"stream_refused")",
               R"("http2_error":"REFUSED_STREAM")"},
      expected{"resets", R"("status":"reset","reason":"stream_reset")",
               R"("http2_error":"ENHANCE_YOUR_CALM")"},
      expected{"goes_away", R"("status":"reset","reason":"stream_refused")",
               R"("http2_error":"INTERNAL_ERROR")"},
      expected{"settings_flood", R"("status":"protocol_error","reason":"http2_error")", ""},
      expected{"ping_flood", R"("status":"protocol_error","reason":"http2_error")", ""},
      expected{"empty_flood", R"("status":"protocol_error","reason":"http2_error")", ""},
      expected{"continuation_flood", R"("status":"protocol_error","reason":"http2_error")", ""},
      expected{"bomb", R"("status":"protocol_error","reason":"headers_too_large")", ""}};
  for (const auto& [scenario, outcome, said] : all) {
    const http2_peer peer{scenario};
    const auto result = ask(peer, {"--timeout", "2s"});
    CAPTURE(scenario, result.out, result.err);
    CHECK(contains(result.out, outcome));
    CHECK(contains(result.out, said));
  }
}

TEST_CASE("a request that HTTP/2 refused is tried again") {
  MUSTER_NEED_TALK_PEERS();
  const http2_peer peer{"refuses"};
  const auto result = ask(peer, {"--retries", "1"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("attempts":[{"status":"reset","reason":"stream_refused"},{)"));
}

TEST_CASE("a server that speaks HTTP/1 though it chose HTTP/2 is no HTTP/2") {
  MUSTER_NEED_TALK_PEERS();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const http2_peer peer{"http1", &tls};
  const auto result =
      sweep({"https://127.0.0.1:" + peer.port() + "/", "--ca-file", tls.certificate(), "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("reason":"http2_error")"));
  CHECK(contains(result.out, R"("alpn":"h2")"));
}

TEST_CASE("a server that answers over HTTP/1.1 only, though it chose HTTP/2, is asked over that") {
  MUSTER_NEED_TALK_PEERS();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const http2_peer peer{"wants_http1", &tls};
  const auto asked = [&](const char* versions) {
    return sweep({"https://127.0.0.1:" + peer.port() + "/", "--ca-file", tls.certificate(),
                  "--http-versions", versions, "--json"})
        .out;
  };
  const std::string both = asked("1.1,2");
  CAPTURE(both);
  CHECK(contains(both, R"("version":"1.1","status_code":200,"title":"One")"));
  CHECK_FALSE(contains(both, "http2_error"));
  const std::string newer = asked("2");
  CAPTURE(newer);
  CHECK(contains(newer, R"("reason":"stream_reset")"));
  CHECK(contains(newer, R"("http2_error":"HTTP_1_1_REQUIRED")"));
}

TEST_CASE("what a peer says over HTTP/2 reaches no terminal") {
  MUSTER_NEED_TALK_PEERS();
  const http2_peer peer{"escapes"};
  for (const char* format : {"--json", "--csv", "-v"}) {
    std::vector<std::string> words{"http://127.0.0.1:" + peer.port() + "/", "--http-versions", "2"};
    if (format != std::string{"-v"}) words.emplace_back(format);
    const auto result = sweep(words);
    CAPTURE(format, result.out);
    CHECK(contains(result.out, "red"));
    CHECK_FALSE(contains(result.out, "\x1b"));
    CHECK_FALSE(contains(result.out, "\xe2\x80\xae"));
  }
}

TEST_CASE("versions of HTTP that can't be offered are refused") {
  for (const char* wrong : {"", "3", "1.0", "2,,1.1", "2;1.1"}) {
    const auto result = sweep({"http://127.0.0.1/", "--http-versions", wrong});
    CAPTURE(wrong, result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "write 1.1, 2 or 1.1,2"));
  }
}
