// Proxies that refuse, stall, end or say something else.
#include "cli/proxies.hpp"
#include "support/hostile_server.hpp"

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

process_result ask(const std::string& proxy, const std::string& url,
                   std::vector<std::string> more = {}) {
  more.insert(more.begin(), {url, "--proxy", proxy, "--insecure", "--json"});
  return sweep(std::move(more));
}

hostile_script answering(std::string head) { return {.head = std::move(head)}; }

}  // namespace

TEST_CASE("a proxy that opens no way makes its target unreachable, and says with which code") {
  for (const int code : {301, 400, 403, 404, 407, 500, 502, 503, 504, 101}) {
    const hostile_server proxy{answering(
        "HTTP/1.1 " + std::to_string(code) +
        " No\r\nServer: squid\r\nLocation: http://127.0.0.1/\r\nContent-Length: 99\r\n\r\n")};
    const auto result =
        ask(proxy.url(), "https://shop.example/", {"--max-redirects", "3", "--timeout", "20s"});
    CAPTURE(code, result.out);
    CHECK(result.exit_code == 1);
    CHECK(contains(result.out, R"("status":"unreachable","reason":"proxy_refused")"));
    CHECK(contains(result.out, R"("status_code":)" + std::to_string(code)));
    CHECK(contains(result.out, R"("server":"squid")"));
    CHECK(contains(result.out, R"("proxy_ms":)"));
    CHECK_FALSE(contains(result.out, "redirects"));
    CHECK_FALSE(contains(result.out, "rtt_ms"));
  }
  const hostile_server proxy{answering("HTTP/1.1 403 No\r\nServer: squid\r\n\r\n")};
  const auto text = sweep({"https://shop.example/", "--proxy", proxy.url()});
  CAPTURE(text.out);
  const std::string where = proxy.url().substr(0, proxy.url().size() - 1);
  CHECK(contains(text.out, "unreachable"));
  CHECK(contains(text.out, "proxy_refused by " + where + " 403 squid"));
}

TEST_CASE("what a proxy says of a plain URL counts as its target's, but for a login it wants") {
  const hostile_server gateway{answering("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")};
  CHECK(contains(ask(gateway.url(), "http://shop.example/").out,
                 R"("status":"mismatch","reason":"status_not_expected")"));
  const hostile_server login{answering("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno")};
  const auto result = ask(login.url(), "http://shop.example/", {"--expect-status", "any"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"unreachable","reason":"proxy_refused")"));
  CHECK(contains(result.out, R"("status_code":407)"));
}

TEST_CASE("a proxy that is not there is not its target's refusal") {
  const closed_port port;
  for (const char* url : {"http://shop.example/", "https://shop.example/", "http://127.0.0.1/"}) {
    const auto result = ask("http://127.0.0.1:" + port.text(), url);
    CAPTURE(url, result.out);
    CHECK(contains(result.out, R"("status":"unreachable","reason":"proxy_refused")"));
    CHECK(contains(result.out, R"("proxy":"http://127.0.0.1:)" + port.text() + '"'));
    CHECK_FALSE(contains(result.out, "status_code"));
    CHECK_FALSE(contains(result.out, "rtt_ms"));
  }
  const auto unknown = ask("http://no-such-name.invalid:3128", "http://127.0.0.1/",
                           {"--resolver", "127.0.0.1:" + port.text(), "--timeout", "1s"});
  CAPTURE(unknown.out);
  CHECK(contains(unknown.out, R"("status":"name_error")"));
  CHECK(contains(unknown.out, R"("proxy":"http://no-such-name.invalid:3128")"));
}

TEST_CASE("a proxy that stalls or drips is a timeout of its own, within the timeout") {
  hostile_script drips = answering("HTTP/1.1 200 Connection established, and so on and so forth");
  drips.pace = 50ms;
  drips.then = hostile_script::ending::hold;
  hostile_script begins = answering("HTTP/1.1 200 OK\r\nVia: x\r\n");
  begins.then = hostile_script::ending::hold;
  for (const hostile_script& script : {hostile_script::silent(), drips, begins}) {
    const hostile_server proxy{script};
    const auto result = ask(proxy.url(), "https://shop.example/", {"--timeout", "600ms"});
    CAPTURE(script.head, result.out);
    CHECK(contains(result.out, R"("status":"timeout","reason":"proxy_timeout")"));
    CHECK(result.wall < 15s);
  }
  // From here on it is the server that says nothing.
  hostile_script opens = answering("HTTP/1.1 200 OK\r\n\r\n");
  opens.then = hostile_script::ending::hold;
  const hostile_server proxy{opens};
  CHECK(contains(ask(proxy.url(), "https://shop.example/", {"--timeout", "600ms"}).out,
                 R"("status":"timeout","reason":"handshake_timeout")"));
}

TEST_CASE("a proxy that ends, or speaks something else, is told from its target") {
  struct row {
    hostile_script script;
    const char* expected;
  };
  std::string many;
  for (int i = 0; i < 20; ++i)
    many += "HTTP/1.1 100 Continue\r\n\r\n";
  for (const row& one :
       {row{answering(""), R"("status":"unreachable","reason":"closed_early")"},
        row{answering("HTTP/1.1 200 OK\r\nVia:"),
            R"("status":"unreachable","reason":"closed_early")"},
        row{hostile_script::resets_at_once(), R"("status":"unreachable","reason":"proxy_refused")"},
        row{hostile_script::garbage(), R"("status":"unreachable","reason":"malformed_response")"},
        row{hostile_script::endless_headers(),
            R"("status":"unreachable","reason":"headers_too_large")"},
        row{answering(many), R"("status":"unreachable","reason":"malformed_response")"},
        row{answering("HTTP/1.1 200 OK\r\n\r\n"), R"("status":"reset")"},
        row{answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
            R"("status":"tls_error","reason":"not_tls")"},
        row{answering("HTTP/1.0 299\nhello"), R"("status":"unreachable")"}}) {
    const hostile_server proxy{one.script};
    const auto result = ask(proxy.url(), "https://shop.example/", {"--timeout", "20s"});
    CAPTURE(one.expected, one.script.head, result.out);
    CHECK(contains(result.out, one.expected));
  }
}

TEST_CASE("a way that a proxy opens in pieces, after interim answers, is one") {
  MUSTER_NEED_TALK_PEERS();
  hostile_script pieces = answering(
      "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.0 200 Connection established\nVia: 1.1 x\n\n");
  pieces.pace = 2ms;
  pieces.then = hostile_script::ending::hold;
  const hostile_server proxy{pieces};
  const auto result = ask(proxy.url(), "https://shop.example/", {"--timeout", "1500ms"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("reason":"handshake_timeout")"));
  CHECK(contains(result.out, R"("proxy_ms":)"));
}
