// A real server of WebSocket, by itself and behind nginx, and peers that answer with anything.
#include "cli/websocket_peers.hpp"
#include "support/certificates.hpp"
#include "support/nginx_server.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

process_result ask(const std::string& target, const std::string& path,
                   std::vector<std::string> options = {}) {
  options.insert(options.begin(), {target, "--websocket=" + path, "--json", "--timeout", "5s"});
  return sweep(std::move(options));
}

/// The record of a peer that upgrades and then says this.
std::string told_of(const std::string& said, std::vector<std::string> options = {}) {
  const websocket_peer peer{[&said](const std::string& request) {
    return std::vector{upgrade_of(request), said};
  }};
  return ask(peer.target(), "/", std::move(options)).out;
}

/// The record of a peer that answers just this.
std::string answered(const std::string& answer) {
  const websocket_peer peer{[&answer](const std::string&) { return std::vector{answer}; }};
  return ask(peer.target(), "/").out;
}

/// A client's frame without its mask, which is taken off what follows.
std::string unmasked(std::string_view frame) {
  REQUIRE(frame.size() >= 6);
  REQUIRE((static_cast<unsigned char>(frame[1]) & 0x80U) != 0);
  std::string out;
  for (std::size_t i = 6; i < frame.size(); ++i)
    out += static_cast<char>(frame[i] ^ frame[2 + (i - 6) % 4]);
  return out;
}

}  // namespace

TEST_CASE("a real server is talked to in messages, and left with a close") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  const websocket_server server;
  const auto open = ask(server.target(), "/echo");
  CAPTURE(open.out, open.err);
  CHECK(open.exit_code == 0);
  CHECK(contains(open.out, R"("probe":"websocket","address":"127.0.0.1","port":)" + server.port() +
                               R"(,"status":"up","rtt_ms":)"));
  CHECK(contains(open.out,
                 R"("url":"ws://127.0.0.1:)" + server.port() + R"(/echo","status_code":101)"));
  CHECK(contains(open.out, R"("connect_ms":)"));
  CHECK(contains(open.out, R"("websocket":{"upgrade_ms":)"));
  CHECK(contains(open.out, R"("close_code":1000)"));

  const auto talked =
      ask(server.target(), "/hello",
          {"--websocket-steps", "expect ^hello (\\d+)$; send i am ${1}; expect AM 7"});
  CAPTURE(talked.out, talked.err);
  CHECK(talked.exit_code == 0);
  CHECK(contains(talked.out, R"("banner":"hello 7")"));
  const auto echoed =
      ask(server.target(), "/echo", {"--websocket-steps", "send \\xff; expect ^\\xff$"});
  CHECK(echoed.exit_code == 0);
}

TEST_CASE("fragments are put together, and pings are answered in between") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  const websocket_server server;
  CHECK(ask(server.target(), "/fragments", {"--websocket-steps", "expect ^one two three$"})
            .exit_code == 0);
  CHECK(ask(server.target(), "/ping", {"--websocket-steps", "expect ^ponged$"}).exit_code == 0);
}

TEST_CASE("a server that closes before all is said tells why") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  const websocket_server server;
  const auto result = ask(server.target(), "/close", {"--websocket-steps", "send a; expect b"});
  CAPTURE(result.out);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, R"("status":"reset","reason":"closed_early")"));
  CHECK(contains(result.out,
                 R"("step":2,"step_text":"expect b","close_code":4001,"close_reason":"enough")"));
}

TEST_CASE("a server that does not upgrade is a mismatch with its code") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  const websocket_server server;
  const auto result = ask(server.target(), "/forbidden");
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"mismatch","reason":"upgrade_refused","rtt_ms":)"));
  CHECK(contains(result.out, R"("status_code":403,"server":"here")"));
  const auto redirected =
      answered("HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 9\r\n\r\n");
  CHECK(contains(redirected, R"("status_code":302,"location":"/else")"));
  CHECK(contains(redirected, "upgrade_refused"));
}

TEST_CASE("subprotocols are offered, and one has to be taken") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  const websocket_server server;
  const auto taken = ask(server.target(), "/echo", {"--websocket-protocol", "mqtt,chat"});
  CAPTURE(taken.out);
  CHECK(contains(taken.out, R"("status":"up")"));
  CHECK(contains(taken.out, R"("protocol":"chat")"));
  const auto none = ask(server.target(), "/echo", {"--websocket-protocol", "mqtt"});
  CHECK(contains(none.out, R"("status":"protocol_error","reason":"malformed_upgrade")"));
  CHECK(contains(none.out, "it chose none of the subprotocols"));
}

TEST_CASE("wss is WebSocket over TLS, whose certificate is recorded and judged") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  const certificate authority{{.common_name = "Test CA", .is_authority = true}};
  const certificate own{{.common_name = "ws", .names = {"IP:127.0.0.1"}}, authority};
  const temporary_directory directory;
  const std::string ca = directory.file("ca.pem");
  const std::string both = directory.file("own.pem");
  write_whole_file(ca, authority.pem());
  write_whole_file(both, own.pem_with_key());
  const websocket_server server{{both, both}};
  const std::string url = "wss://{}:" + server.port() + "/hello";
  const auto good = ask("127.0.0.1", url, {"--ca-file", ca, "--websocket-steps", "expect ^hello"});
  CAPTURE(good.out, good.err);
  CHECK(good.exit_code == 0);
  CHECK(contains(good.out, R"("url":"wss://127.0.0.1:)"));
  CHECK(contains(good.out, R"("tls":{"version":"TLSv1.3")"));
  CHECK(contains(good.out, R"("tls_ms":)"));
  CHECK(contains(ask("127.0.0.1", url).out, R"("status":"tls_error","reason":"unknown_ca")"));
  CHECK(contains(ask("127.0.0.1", url, {"--insecure", "--tls-expires-in", "365"}).out,
                 R"("status":"mismatch","reason":"certificate_expires_soon")"));
}

TEST_CASE("a server of WebSocket behind nginx is as one without") {
  MUSTER_NEED_WEBSOCKET_SERVER();
  MUSTER_NEED_NGINX();
  const websocket_server server;
  const certificate own{{.common_name = "ws", .names = {"IP:127.0.0.1"}}};
  const nginx_server nginx{own.pem_with_key(),
                           "location /hello { proxy_pass http://127.0.0.1:" + server.port() +
                               "; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
                               " proxy_set_header Connection upgrade; }"};
  const auto result =
      ask("127.0.0.1", "wss://{}:" + std::to_string(nginx.port()) + "/hello",
          {"--insecure", "--websocket-steps", "expect ^hello 7$; send x; expect ^X$"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("server":"nginx)"));
  const auto page =
      ask("127.0.0.1", "wss://{}:" + std::to_string(nginx.port()) + "/", {"--insecure"});
  CHECK(contains(page.out, R"("reason":"upgrade_refused")"));
  CHECK(contains(page.out, R"("status_code":200)"));
}

TEST_CASE("a request asks as RFC 6455 has it, with a key of its own each time") {
  websocket_peer peer{[](const std::string& request) {
    return std::vector{upgrade_of(request, "Sec-WebSocket-Protocol: chat\r\n"),
                       "\x88\x02\x03\xe8"s};
  }};
  for (int i = 0; i < 2; ++i) {
    const auto result = ask(peer.target(), "/a?b",
                            {"--header", "Origin: http://x.test", "--user-agent", "me",
                             "--websocket-protocol", "chat"});
    CHECK(result.exit_code == 0);
  }
  const auto heard = peer.heard(2);
  REQUIRE(heard.size() == 2);
  for (const auto& [request, behind] : heard) {
    CAPTURE(request);
    CHECK(request.starts_with("GET /a?b HTTP/1.1\r\nHost: " + peer.target() + "\r\n"));
    for (const char* const line :
         {"\r\nUpgrade: websocket\r\n", "\r\nConnection: Upgrade\r\n",
          "\r\nOrigin: http://x.test\r\n", "\r\nSec-WebSocket-Version: 13\r\n",
          "\r\nUser-Agent: me\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n"}) {
      CHECK(contains(request, line));
    }
    CHECK(static_cast<unsigned char>(behind.at(0)) == 0x88);
    CHECK(unmasked(behind) == "\x03\xe8");
  }
  CHECK(accept_of(heard[0].first) != accept_of(heard[1].first));
  CHECK(heard[0].second.substr(2, 4) != heard[1].second.substr(2, 4));
}

TEST_CASE("a peer that says it upgraded, and did not, is told from one that did") {
  const std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  CHECK(contains(answered(head + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
                 R"("status":"protocol_error","reason":"wrong_accept_key")"));
  CHECK(contains(answered(head + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
                 R"("status":"protocol_error","reason":"wrong_accept_key")"));
  CHECK(contains(answered(head + "\r\n"),
                 R"("status":"protocol_error","reason":"malformed_upgrade")"));
  CHECK(contains(answered("SSH-2.0-here\r\n"),
                 R"("status":"protocol_error","reason":"malformed_response")"));
  CHECK(contains(answered(head + "X: " + std::string(40'000, 'x')),
                 R"("status":"protocol_error","reason":"headers_too_large")"));
}

TEST_CASE("frames that no server may send are an error that says what they are") {
  const std::vector<std::string> expecting{"--websocket-steps", "expect x"};
  const std::vector<std::pair<std::string, std::string>> all{
      {"\xc1\x01x"s, "a reserved bit is set"},
      {"\x83\x01x"s, "a reserved opcode"},
      {"\x81\x81\0\0\0\0x"s, "a masked frame"},
      {"\x89\x7e\0\x7e"s + std::string(126, 'p'), "a control frame of more than 125 bytes"},
      {"\x09\x01p"s, "a control frame in fragments"},
      {"\x81\x7f\x80\0\0\0\0\0\0\0x"s, "a length of 2^63 or more"},
      {"\x81\x02\xff\xfe"s, "text that is not UTF-8"},
      {"\x80\x01x"s, "a fragment of a message that has not begun"},
      {"\x88\x01x"s, "a close frame with a status code that is none"}};
  for (const auto& [said, error] : all) {
    const std::string told = told_of(said, expecting);
    CAPTURE(error, told);
    CHECK(contains(told, R"("status":"protocol_error","reason":"malformed_frame")"));
    CHECK(contains(told, R"("error":")" + error));
  }
  const std::string huge =
      told_of("\x81\x7f\0\0\0\0\0\1\0\0"s + std::string(65'536, 'x'), expecting);
  CHECK(contains(huge, R"("status":"mismatch","reason":"answer_not_expected")"));
  CHECK(contains(huge, "a message that is too long"));
}

TEST_CASE("what is not expected is passed over until it comes, fails, or time is up") {
  const std::string two = "\x81\x05hello\x81\x05world"s;
  CHECK(contains(told_of(two, {"--websocket-steps", "expect w"}), R"("status":"up")"));
  const std::string failed = told_of(two, {"--websocket-steps", "fail hell; expect w"});
  CHECK(contains(failed, R"("status":"mismatch","reason":"answer_not_expected","rtt_ms":)"));
  CHECK(contains(failed, R"("step":2,"step_text":"expect w","answer":"hello")"));
  const std::string late = told_of(two, {"--websocket-steps", "expect z", "--timeout", "300ms"});
  CHECK(contains(late, R"("status":"timeout","reason":"transfer_timeout")"));
  CHECK(contains(late, R"("banner":"hello","step":1,"step_text":"expect z","answer":"world")"));
}

TEST_CASE("messages that come before they are asked for wait for their step") {
  const std::string all =
      "\x81\x01"
      "1\x81\x01"
      "2\x89\x00\x81\x01"
      "3"s;
  CHECK(contains(
      told_of(all, {"--websocket-steps", "send a; expect 1; send b; expect 2; send c; expect 3"}),
      R"("status":"up")"));
}

TEST_CASE("what comes in single bytes comes to the same") {
  const websocket_peer peer{[](const std::string& request) {
    std::vector<std::string> bytes;
    for (const char c : upgrade_of(request) + "\x01\x02he\x89\x01p\x80\x03llo\x88\x02\x03\xe8")
      bytes.emplace_back(1, c);
    return bytes;
  }};
  const auto result = ask(peer.target(), "/", {"--websocket-steps", "expect ^hello$"});
  CAPTURE(result.out);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("close_code":1000)"));
}

TEST_CASE("a peer that does not answer a close is up all the same, and soon") {
  const auto began = std::chrono::steady_clock::now();
  const std::string told = told_of("", {"--timeout", "20s"});
  CHECK(contains(told, R"("status":"up")"));
  CHECK_FALSE(contains(told, "close_code"));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("a peer that ends, is silent or refuses is what it is with other probes") {
  const websocket_peer ends{[](const std::string&) { return std::vector<std::string>{}; }, true};
  CHECK(contains(ask(ends.target(), "/").out, R"("status":"reset","reason":"closed_early")"));
  const websocket_peer cuts{[](const std::string& request) {
                              return std::vector{upgrade_of(request), "\x81\x05hel"s};
                            },
                            true};
  CHECK(contains(ask(cuts.target(), "/", {"--websocket-steps", "expect x"}).out,
                 R"("status":"reset","reason":"closed_early")"));
  const websocket_peer silent{[](const std::string&) { return std::vector<std::string>{}; }};
  CHECK(contains(ask(silent.target(), "/", {"--timeout", "200ms"}).out,
                 R"("status":"timeout","reason":"first_byte_timeout")"));
  const closed_port closed;
  CHECK(contains(ask("127.0.0.1:" + closed.text(), "/").out,
                 R"("status":"refused","reason":"connection_refused")"));
}

TEST_CASE("what a server of WebSocket says is harmless on a terminal") {
  const websocket_peer peer{[](const std::string& request) {
    return std::vector{upgrade_of(request), "\x81\x04\x1b[2J"s, "\x88\x06\x03\xe8\x1b[2J"s};
  }};
  const auto text = sweep({peer.target(), "--websocket", "--websocket-steps", "expect x"});
  CAPTURE(text.out);
  CHECK(contains(text.out, R"(closed 1000 "\x1b[2J")"));
  CHECK(text.out.find('\x1b') == std::string::npos);
}

TEST_CASE("options of WebSocket that make no sense are refused with the way to write them") {
  const std::vector<std::vector<std::string>> wrong{
      {"--websocket=http://{}/"},
      {"--websocket=ws://a b/"},
      {"--websocket", "--websocket-steps", "expect ("},
      {"--websocket", "--websocket-steps", "starttls"},
      {"--websocket", "--websocket-steps", "@/nowhere"},
      {"--websocket", "--websocket-protocol", "a b"},
      {"--websocket", "--websocket-protocol", "a,a"},
      {"--websocket", "--header", "Upgrade: h2c"},
      {"--websocket", "--header", "Sec-WebSocket-Key: x"}};
  for (std::vector<std::string> options : wrong) {
    options.emplace_back("127.0.0.1");
    const auto result = sweep(options);
    CAPTURE(options, result.err);
    CHECK(result.exit_code == 2);
    CHECK_FALSE(result.err.empty());
  }
}
