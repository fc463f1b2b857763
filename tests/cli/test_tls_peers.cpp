// Servers that shake hands, or begin to, and then do as they like.
#include "cli/talk_peers.hpp"
#include "cli/tls_peers.hpp"
#include "support/hostile_server.hpp"

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include <openssl/ssl.h>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const certificate& here() {
  static const certificate made{{.common_name = "here", .names = {"IP:127.0.0.1"}}};
  return made;
}

/// What comes of a page that is asked for, whatever the certificate.
std::string asked(const tls_server& server, const std::string& timeout = "60s") {
  const auto result = sweep({server.url(), "--insecure", "--json", "--timeout", timeout});
  INFO(result.err);
  CHECK(lines_with(result.out, "\"url\":") == 1);
  return result.out;
}

/// The first records of what a server says, as many.
std::string_view records(std::string_view flight, unsigned count) {
  constexpr std::size_t head_bytes = 5;
  std::size_t end = 0;
  const auto byte = [&](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(flight[at])};
  };
  for (; count > 0 && flight.size() >= end + head_bytes; --count)
    end += head_bytes + (byte(end + 3) << 8U) + byte(end + 4);
  return flight.substr(0, end);
}

/// What stands in a record's field of a time; -1 where it has none.
double milliseconds_of(std::string_view record, const std::string& name) {
  const std::string key = "\"" + name + "\":";
  const auto at = record.find(key);
  return at == std::string_view::npos ? -1 : std::stod(std::string{record.substr(at + key.size())});
}

/// Shakes hands, hears the request, and then does this again and again until the client goes,
/// without reading any more.
tls_server::part without_end(bool (*what)(SSL*)) {
  return [what](tls_end& peer) {
    if (!peer.shake_hands() || peer.hear().empty() || !peer.say("HTTP/1.1 200 OK\r\n")) return;
    peer.take_little();
    for (bool goes_on = true; goes_on && peer.send(peer.output());) {
      for (int i = 0; i < 100 && goes_on; ++i)
        goes_on = what(peer.native()) && SSL_do_handshake(peer.native()) == 1;
    }
  };
}

}  // namespace

TEST_CASE("a server that asks for new keys and takes none is not listened to any further") {
  const tls_server server{showing(here(), TLS1_3_VERSION), without_end([](SSL* session) {
                            return SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED) == 1;
                          })};
  CHECK(contains(asked(server, "2s"), R"("status":"timeout","reason":"transfer_timeout")"));
}

TEST_CASE("a server that has new keys or tickets without end holds nobody up, and is timed out") {
  const tls_server keys{showing(here(), TLS1_3_VERSION), without_end([](SSL* session) {
                          return SSL_key_update(session, SSL_KEY_UPDATE_NOT_REQUESTED) == 1;
                        })};
  const tls_server tickets{showing(here(), TLS1_3_VERSION), without_end([](SSL* session) {
                             return SSL_new_session_ticket(session) == 1;
                           })};
  const tls_server page{showing(here()), give_page};
  const auto result =
      sweep({keys.url(), tickets.url(), page.url(), "--insecure", "--json", "--timeout", "1s"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"timeout","reason":"transfer_timeout")") == 2);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(result.wall < 20s);
}

TEST_CASE("a server that wants a new handshake gets none, and what it says meanwhile counts") {
  const auto renegotiates = [](bool insists) {
    return [insists](tls_end& peer) {
      if (!peer.shake_hands() || peer.hear().empty()) return;
      SSL_renegotiate(peer.native());
      SSL_do_handshake(peer.native());
      if (insists) {
        peer.send(peer.output());
        peer.hear();
      } else {
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        peer.wait_for_end();
      }
    };
  };
  const auto old = showing(here(), TLS1_2_VERSION, TLS1_2_VERSION);
  const std::string answered = asked(tls_server{old, renegotiates(false)});
  CAPTURE(answered);
  CHECK(contains(answered, R"("status":"up")"));
  CHECK(contains(answered, R"("body_bytes":5)"));
  const std::string insisted = asked(tls_server{old, renegotiates(true)});
  CAPTURE(insisted);
  CHECK(contains(insisted, R"("status":"tls_error","reason":"tls_broken")"));
}

TEST_CASE("openssl's server that is told to begin anew ends a dialogue, with TLS's word for it") {
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const std::string port = std::to_string(free_port());
  process server{{"openssl", "s_server", "-accept", "127.0.0.1:" + port, "-cert", tls.certificate(),
                  "-key", tls.key(), "-tls1_2"},
                 {.keep_stdin = true}};
  REQUIRE(server.wait_for_output("ACCEPT", 20s));
  process client{muster_command({"sweep", "127.0.0.1", "--insecure", "--json", "--timeout", "60s",
                                 "--talk", port + "=starttls; send hi there; expect hello"})};
  REQUIRE(server.wait_for_output("hi there", 30s));
  REQUIRE(server.write("R\n"));
  const auto result = client.wait(60s);
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"tls_error","reason":"tls_broken")"));
  CHECK(contains(result.out, R"("version":"TLSv1.2")"));
}

TEST_CASE("a stream of TLS that ends without a goodbye has said what it said") {
  const auto ends_after = [](const char* said) {
    return [said](tls_end& peer) {
      if (peer.shake_hands() && !peer.hear().empty()) peer.say(said);
    };
  };
  const tls_server whole{showing(here()), ends_after("HTTP/1.1 200 OK\r\n\r\n<title>All</title>")};
  CHECK(contains(asked(whole), R"("status":"up")"));
  CHECK(contains(asked(whole), R"("title":"All")"));
  const tls_server part{showing(here()),
                        ends_after("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<title>")};
  CHECK(contains(asked(part), R"("status":"reset","reason":"closed_early")"));
  const tls_server nothing{showing(here()), ends_after("")};
  CHECK(contains(asked(nothing), R"("status":"reset","reason":"closed_early")"));
}

TEST_CASE("a handshake and a record of the largest size are read a byte at a time") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 16300\r\n\r\n";
  const tls_server server{showing(here()), [&head](tls_end& peer) {
                            while (SSL_is_init_finished(peer.native()) == 0) {
                              if (!peer.take_hello() || !peer.drip(peer.output())) return;
                            }
                            peer.hear();
                            const std::string page = head + std::string(16'384 - head.size(), 'm');
                            SSL_write(peer.native(), page.data(), static_cast<int>(page.size()));
                            peer.drip(peer.output());
                            peer.wait_for_end();
                          }};
  const std::string answer = asked(server);
  CAPTURE(answer);
  CHECK(contains(answer, R"("status":"up")"));
  CHECK(contains(answer, R"("body_bytes":16300)"));
}

TEST_CASE("what comes in several records at once is timed by when they came") {
  const auto says_late = [](const char* begins, const char* goes_on, const char* ends) {
    return [begins, goes_on, ends](tls_end& peer) {
      if (!peer.shake_hands() || peer.hear().empty() || !peer.say(begins)) return;
      std::this_thread::sleep_for(300ms);
      SSL_write(peer.native(), goes_on, static_cast<int>(std::strlen(goes_on)));
      SSL_write(peer.native(), ends, static_cast<int>(std::strlen(ends)));
      peer.send(peer.output());
      peer.wait_for_end();
    };
  };
  const std::string page = asked(tls_server{
      showing(here()), says_late("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "ab", "cd")});
  CAPTURE(page);
  CHECK(milliseconds_of(page, "transfer_ms") > 290);
  CHECK(milliseconds_of(page, "rtt_ms") > 290);
  const tls_server server{showing(here()), says_late("hello\n", "one\n", "two\n")};
  const std::string talk = sweep({"127.0.0.1", "--insecure", "--json", "--talk",
                                  server.port() + "=starttls; send hi; send; expect two"})
                               .out;
  CAPTURE(talk);
  CHECK(milliseconds_of(talk, "rtt_ms") > 290);
}

TEST_CASE("a server that falls silent in a handshake, or within a record, is a timeout") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const tls_server hangs{showing(here(), version, version), [](tls_end& peer) {
                             peer.take_hello();
                             peer.send(records(peer.output(), 1));
                             peer.wait_for_end();
                           }};
    CAPTURE(version);
    CHECK(contains(asked(hangs, "500ms"), R"("status":"timeout","reason":"handshake_timeout")"));
  }
  const tls_server half{showing(here()), [](tls_end& peer) {
                          if (!peer.shake_hands() || peer.hear().empty()) return;
                          SSL_write(peer.native(), "HTTP/1.1 200 OK\r\n\r\n", 19);
                          const std::string record = peer.output();
                          peer.drip(std::string_view{record}.substr(0, record.size() - 1));
                          peer.wait_for_end();
                        }};
  CHECK(contains(asked(half, "1s"), R"("status":"timeout","reason":"first_byte_timeout")"));
}

TEST_CASE("records that are no part of the session break it") {
  const auto answers = [](std::string (*spoilt)(std::string)) {
    return [spoilt](tls_end& peer) {
      if (!peer.shake_hands() || peer.hear().empty()) return;
      peer.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
      SSL_write(peer.native(), "something", 9);
      peer.send(spoilt(peer.output()));
      peer.wait_for_end();
    };
  };
  using spoiler = std::string (*)(std::string);
  const std::array<spoiler, 4> all{[](std::string record) {
                                     record.back() = static_cast<char>(record.back() ^ 1);
                                     return record;
                                   },
                                   [](std::string) { return "\x17\x03\x03\xff\xff"s; },
                                   [](std::string) { return "HTTP/1.1 400 No TLS\r\n\r\n"s; },
                                   [](std::string) { return "\x15\x03\x03\0\2\2\x28"s; }};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const tls_server server{showing(here(), version, version), answers(all[i])};
      const std::string answer = asked(server);
      CAPTURE(version, i, answer);
      CHECK(contains(answer, R"("status":"tls_error","reason":"tls_broken")"));
      CHECK(contains(answer, R"("status_code":200)"));
    }
  }
}

TEST_CASE("what a server says in the place of a handshake is told by what it is") {
  const auto alert = [](unsigned level, unsigned what) {
    return "\x15\x03\x03\0\2"s + static_cast<char>(level) + static_cast<char>(what);
  };
  struct row {
    std::string said;
    const char* outcome;
    const char* words;
  };
  const std::array all{
      row{alert(2, 40), R"("tls_error","reason":"no_shared_cipher")", "handshake failure"},
      row{alert(2, 70), R"("tls_error","reason":"tls_version_unsupported")", "protocol version"},
      row{alert(2, 80), R"("tls_error","reason":"handshake_failed")", "internal error"},
      row{alert(2, 112), R"("tls_error","reason":"server_name_unknown")", "unrecognized name"},
      row{alert(2, 42), R"("tls_error","reason":"client_certificate_refused")", "bad certificate"},
      row{alert(2, 255), R"("tls_error","reason":"handshake_failed")", ""},
      row{alert(9, 9), R"("tls_error","reason":"handshake_failed")", "unknown alert type"},
      row{alert(1, 0), R"("tls_error","reason":"handshake_failed")", "close notify"},
      row{alert(1, 112), R"("timeout","reason":"handshake_timeout")", ""},
      row{"HTTP/1.1 400 Bad Request\r\n\r\n", R"("tls_error","reason":"not_tls")", "wrong version"},
      row{"\x16\x03\x03\xff\xff"s, R"("tls_error","reason":"not_tls")", "length"},
      row{"\x16\x03\x03\0\0"s, R"("timeout","reason":"handshake_timeout")", ""},
      row{"\x14\x03\x03\0\1\1"s, R"("tls_error","reason":"handshake_failed")", "unexpected"},
      row{"\x17\x03\x03\0\1x"s, R"("tls_error","reason":"handshake_failed")", ""},
      // A ClientHello, as a server that takes itself for the client sends.
      row{"\x16\x03\x01\0\5\1\0\0\1\0"s, R"("tls_error","reason":"handshake_failed")", ""},
      row{"\x80\x2e\1\0\2\0\x15\0\0\0\x10"s, R"("tls_error","reason":"not_tls")", ""},
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const row& one = all[i];
    const hostile_server server{
        {.wait_for_request = false, .head = one.said, .then = hostile_script::ending::hold}};
    const bool waits = contains(one.outcome, "timeout");
    const auto result = sweep({"127.0.0.1", "--tls", std::to_string(server.port()), "--json",
                               "--timeout", waits ? "300ms" : "30s"});
    CAPTURE(i, result.out);
    CHECK(contains(result.out, "\"status\":"s + one.outcome));
    CHECK(contains(result.out, one.words));
  }
}

TEST_CASE("a protocol that nobody offered is none to speak, and harmless on a terminal") {
  static const std::string chosen = "\x1b[31mred\xff\x07!";
  const auto choose = +[](SSL*, const unsigned char** out, unsigned char* bytes,
                          const unsigned char*, unsigned, void*) {
    *out = reinterpret_cast<const unsigned char*>(chosen.data());
    *bytes = static_cast<unsigned char>(chosen.size());
    return SSL_TLSEXT_ERR_OK;
  };
  const tls_server server{[&](SSL_CTX* context) {
                            showing(here())(context);
                            SSL_CTX_set_alpn_select_cb(context, choose, nullptr);
                          },
                          give_page};
  for (const std::string form : {"--json", "--csv", ""}) {
    std::vector<std::string> words{server.url(), "--insecure"};
    if (!form.empty()) words.push_back(form);
    const auto result = sweep(words);
    CAPTURE(form, result.out, result.err);
    CHECK(lines_with(result.out, "tls_error") == 1);
    for (const char* bad : {"\x1b", "\x07", "\xff"})
      CHECK_FALSE(contains(result.out, bad));
  }
}
