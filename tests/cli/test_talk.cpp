#include "cli/talk_peers.hpp"

#include <array>

using namespace muster::test;

namespace {

process_result talk(const std::string& dialogue, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"127.0.0.1", "--talk", dialogue, "--json"});
  return sweep(std::move(more));
}

std::string own(const talk_peer& peer, const std::string& steps) {
  return peer.port() + '=' + steps;
}

}  // namespace

TEST_CASE("a ready dialogue is up, with its name, the banner and how long it took") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer peer{"smtp"};
  const auto result = talk(peer.asked_as("smtp"));
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("probe":"talk","address":"127.0.0.1","port":)" + peer.port() +
                                 R"(,"status":"up","rtt_ms":)"));
  CHECK(contains(result.out, R"("connect_ms":)"));
  CHECK(contains(result.out, R"("talk":{"name":"smtp","banner":"220 peer ESMTP"})"));
  const auto text = sweep({"127.0.0.1", "--talk", peer.asked_as("smtp")});
  CAPTURE(text.out);
  CHECK(contains(text.out, "  talk smtp \"220 peer ESMTP\"\n"));
}

TEST_CASE("a step that fails is named, with what came in its place") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer full{"smtp_full"};
  const auto result = talk(full.asked_as("smtp"));
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, R"("status":"mismatch","reason":"answer_not_expected","rtt_ms":)"));
  CHECK(contains(result.out,
                 R"~("step":2,"step_text":"expect ^220( |$)","answer":"421 too many of you"})~"));
  const talk_peer plain{"smtp"};
  const auto no_tls = talk(plain.asked_as("smtp+starttls"));
  CAPTURE(no_tls.out);
  CHECK(contains(no_tls.out, R"("reason":"answer_not_expected")"));
  CHECK(contains(no_tls.out, R"~("step":6,"step_text":"expect ^220( |$)","answer":"502 what?")~"));
}

TEST_CASE("a dialogue of one's own sends back what it captured") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer peer{"echo"};
  const std::string steps =
      R"(expect token (\d+); write \x41${1}\;\n; expect ^you said A4711\;$; send bye; expect bye$)";
  const auto result = talk(own(peer, steps));
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("talk":{"banner":"hello, token 4711!"})"));

  const temporary_directory directory;
  const std::string file = directory.file("steps");
  write_whole_file(file,
                   "# of the peer\nexpect token (\\d+)\nsend ${1};\nexpect ^you said 4711;\n");
  const auto from_file = talk(own(peer, '@' + file));
  CAPTURE(from_file.out, from_file.err);
  CHECK(from_file.exit_code == 0);
  CHECK(contains(from_file.out, R"("name":"@)" + file));
}

TEST_CASE("a peer that is silent, closes, resets or never ends is told apart") {
  MUSTER_NEED_TALK_PEERS();
  struct expected {
    const char* scenario;
    const char* outcome;
  };
  const std::array all{
      expected{"silent", R"("status":"timeout","reason":"first_byte_timeout")"},
      expected{"half_then_silence", R"("status":"timeout","reason":"transfer_timeout")"},
      expected{"closes", R"("status":"reset","reason":"closed_early")"},
      expected{"half_then_closes", R"("status":"reset","reason":"closed_early")"},
      expected{"half_then_reset", R"("status":"reset","reason":"connection_reset")"},
      expected{"endless_line", R"("status":"mismatch","reason":"answer_not_expected")"},
      expected{"endless_lines", R"("status":"mismatch","reason":"answer_not_expected")"}};
  for (const auto& [scenario, outcome] : all) {
    const talk_peer peer{scenario};
    const auto result = talk(peer.asked_as("smtp"), {"--timeout", "1s"});
    CAPTURE(scenario, result.out, result.err);
    CHECK(result.exit_code == 1);
    CHECK(contains(result.out, outcome));
    CHECK(contains(result.out, R"~("step":2,"step_text":"expect ^220( |$)")~"));
  }
  const talk_peer half{"half_then_closes"};
  CHECK(contains(talk(half.asked_as("smtp")).out, R"("banner":"220 hal")"));
  const talk_peer silent{"silent"};
  const auto cut = talk(silent.asked_as("smtp"), {"--deadline", "200ms"});
  CHECK(contains(cut.out, R"("status":"cancelled","reason":"run_deadline")"));
}

TEST_CASE("a peer that says a byte at a time is understood, and escapes are harmless") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer drip{"drip"};
  const auto slow = talk(drip.asked_as("smtp"));
  CAPTURE(slow.out);
  CHECK(slow.exit_code == 0);
  CHECK(contains(slow.out, R"("banner":"220-not yet")"));
  const talk_peer escapes{"escapes"};
  for (const char* format : {"--json", "--csv", "-v"}) {
    std::vector<std::string> words{"127.0.0.1", "--talk", escapes.asked_as("smtp")};
    if (format != std::string{"-v"}) words.emplace_back(format);
    const auto result = sweep(words);
    CAPTURE(format, result.out);
    CHECK(result.exit_code == 0);
    CHECK(contains(result.out, "red"));
    CHECK_FALSE(contains(result.out, "\x1b"));
    CHECK_FALSE(contains(result.out, "\xe2\x80\xae"));
  }
}

TEST_CASE("STARTTLS goes over to TLS, whose certificate is recorded and judged") {
  MUSTER_NEED_TALK_PEERS();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls{10};
  const talk_peer peer{"smtp", &tls};
  const std::string asked = peer.asked_as("smtp+starttls");
  const auto up = talk(asked, {"--ca-file", tls.certificate()});
  CAPTURE(up.out, up.err);
  CHECK(up.exit_code == 0);
  CHECK(contains(up.out, R"("tls_ms":)"));
  CHECK(contains(up.out, R"("tls":{"version":"TLSv1.3")"));
  CHECK(contains(up.out, R"("subject":"CN=localhost")"));
  CHECK(contains(up.out, R"("talk":{"name":"smtp+starttls","banner":"220 peer ESMTP"})"));
  const auto strict = talk(asked);
  CAPTURE(strict.out);
  CHECK(contains(strict.out, R"("status":"tls_error","reason":"self_signed")"));
  CHECK(contains(strict.out, R"("step":7,"step_text":"starttls")"));
  const auto soon = talk(asked, {"--ca-file", tls.certificate(), "--tls-expires-in", "30"});
  CAPTURE(soon.out);
  CHECK(contains(soon.out, R"("status":"mismatch","reason":"certificate_expires_soon")"));
  CHECK_FALSE(contains(soon.out, R"("step":)"));
}

TEST_CASE("what comes in the clear behind the go-ahead for TLS is an error, not an answer") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer at_once{"smtp_injects"};
  const auto injected = talk(at_once.asked_as("smtp+starttls"), {"--insecure"});
  CAPTURE(injected.out, injected.err);
  CHECK(injected.exit_code == 1);
  CHECK(contains(injected.out, R"("status":"tls_error","reason":"clear_text_injected")"));
  CHECK(contains(injected.out, R"("step":7,"step_text":"starttls")"));
  const talk_peer later{"smtp_injects_later"};
  const auto late = talk(later.asked_as("smtp+starttls"), {"--insecure"});
  CAPTURE(late.out);
  CHECK(late.exit_code == 1);
  CHECK(contains(late.out, R"("status":"tls_error")"));
}

TEST_CASE("a peer that says nothing of TLS after the go-ahead is a timeout of the handshake") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer peer{"silent_tls"};
  const auto result = talk(peer.asked_as("smtp+starttls"), {"--timeout", "500ms"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"timeout","reason":"handshake_timeout")"));
}

TEST_CASE("a dialogue may be in TLS from the first byte on") {
  MUSTER_NEED_TALK_PEERS();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const talk_peer peer{"smtps", &tls};
  const auto ready = talk(peer.asked_as("smtp+tls"), {"--insecure"});
  CAPTURE(ready.out, ready.err);
  CHECK(ready.exit_code == 0);
  CHECK(contains(ready.out, R"("name":"smtp+tls","banner":"220 peer ESMTP")"));
  const auto mine =
      talk(own(peer, "starttls; expect ^220; send QUIT; expect ^221"), {"--insecure"});
  CAPTURE(mine.out);
  CHECK(mine.exit_code == 0);
  CHECK(contains(mine.out, R"("tls":{"version":)"));
}

TEST_CASE("MySQL and LDAP are talked to in their own bytes, and go over to TLS") {
  MUSTER_NEED_TALK_PEERS();
  MUSTER_NEED_OPENSSL();
  const own_certificate tls;
  const talk_peer mysql{"mysql", &tls};
  const auto plain = talk(mysql.asked_as("mysql"));
  CAPTURE(plain.out, plain.err);
  CHECK(plain.exit_code == 0);
  CHECK(contains(plain.out, R"("banner":"8.0.36-peer")"));
  const auto secure = talk(mysql.asked_as("mysql+starttls"), {"--insecure"});
  CAPTURE(secure.out);
  CHECK(secure.exit_code == 0);
  CHECK(contains(secure.out, R"("subject":"CN=localhost")"));
  const talk_peer refuses{"mysql_refuses"};
  CHECK(contains(talk(refuses.asked_as("mysql")).out, R"("banner":"Host is not allowed)"));
  CHECK(contains(talk(refuses.asked_as("mysql+starttls")).out, "answer_not_expected"));

  const talk_peer ldap{"ldap", &tls};
  const auto bound = talk(ldap.asked_as("ldap"));
  CAPTURE(bound.out);
  CHECK(bound.exit_code == 0);
  const auto over_tls = talk(ldap.asked_as("ldap+starttls"), {"--insecure"});
  CAPTURE(over_tls.out);
  CHECK(over_tls.exit_code == 0);
  CHECK(contains(over_tls.out, R"("subject":"CN=localhost")"));
  const talk_peer clear{"ldap"};
  CHECK(contains(talk(clear.asked_as("ldap+starttls")).out, "answer_not_expected"));
}

TEST_CASE("several dialogues are held with each target, and a closed port is refused") {
  MUSTER_NEED_TALK_PEERS();
  const talk_peer smtp{"smtp"};
  const talk_peer echo{"echo"};
  const closed_port closed;
  const auto result =
      sweep({"127.0.0.1", "--talk", smtp.asked_as("smtp"), "--talk", own(echo, "expect ^hello"),
             "--talk", "ssh:" + closed.text(), "--ordered", "--csv"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, ",up,") == 2);
  CHECK(lines_with(result.out, ",refused,connection_refused,") == 1);
}

TEST_CASE("what asks for no dialogue is refused with the way to write it") {
  const std::array wrong{"smpt",       "smtp:0",      "7",      "7=expcet a",
                         "7=expect (", "7=@/nowhere", "ssh+tls"};
  for (const char* text : wrong) {
    const auto result = sweep({"127.0.0.1", "--talk", text});
    CAPTURE(text, result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "--talk: "));
  }
}
