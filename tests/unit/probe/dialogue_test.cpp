#include "probe/talk/dialogue.hpp"

#include "probe/talk/talk_argument.hpp"
#include "probe/talk/talk_script.hpp"
#include "probe/talk/talk_unit.hpp"
#include "support/split_feed.hpp"

#include <string>

using namespace muster;
using namespace std::string_literals;

namespace {

using need = dialogue::need;
using flaw = dialogue::flaw;

/// All that is done up to where bytes are needed, or TLS.
void go(dialogue& talk, std::string& told) {
  while (talk.needs() == need::send) {
    told += '>' + std::string{talk.output()};
    talk.sent();
  }
}

std::string state_of(const dialogue& talk) {
  switch (talk.needs()) {
    case need::done:
      return "done";
    case need::secure:
      return "tls";
    case need::receive:
      return "waits";
    case need::send:
      return "sends";
    case need::failed:
      break;
  }
  // Whether it is there when TLS is to begin depends on how it comes; either way it is no text.
  return talk.why() == flaw::injected       ? "tls"
         : talk.why() == flaw::closed_early ? "closed early"
                                            : "not expected";
}

/// What is sent, and what became of the dialogue.
std::string outcome(const std::vector<talk_step>& steps, std::string_view input) {
  return test::split_feed(input, [&](test::pieces pieces) {
    dialogue talk{steps};
    std::string told;
    go(talk, told);
    for (const std::string_view piece : pieces) {
      talk.feed(piece);
      go(talk, told);
    }
    told += '[' + state_of(talk) + "] " + std::to_string(talk.step());
    if (talk.needs() == need::secure || talk.why() == flaw::injected) return told;
    return told + " banner=" + talk.banner() + " answer=" + talk.answer();
  });
}

std::string outcome(std::string_view script, std::string_view input) {
  const auto steps = parse_talk_script(script, step_end::semicolon);
  REQUIRE(steps);
  return outcome(*steps, input);
}

std::string ready(std::string_view name, std::string_view input) {
  const auto talk = parse_talk(name);
  REQUIRE(talk);
  return outcome(talk->steps, input);
}

}  // namespace

TEST_CASE("lines are passed over until one matches, and its captures are sent back") {
  CHECK(outcome("expect ^id (\\d+) (?P<who>\\w+); write ${2}-${1}${0}; expect k",
                "x\r\nid 7 me!\nok\n") == ">me-7id 7 me[done] 3 banner=x answer=");
  CHECK(outcome("expect (a)|(b); write <${1}${2}>", "b\n") == "><b>[done] 2 banner=b answer=");
}

TEST_CASE("half a line is none, and the end of the stream is too early for it") {
  CHECK(outcome("expect a", "a") == "[waits] 0 banner= answer=");
  const auto steps = parse_talk_script("expect a", step_end::semicolon);
  dialogue talk{*steps};
  talk.feed("x\nhal");
  CHECK(talk.has_received());
  talk.closed();
  CHECK(talk.why() == flaw::closed_early);
  CHECK(talk.banner() == "x");
  CHECK(talk.answer() == "hal");
}

TEST_CASE("what is to fail ends it, unless it is expected or nothing fails any more") {
  CHECK(outcome("fail ^5; expect ^2", "1\n550 no\n2\n") ==
        "[not expected] 1 banner=1 answer=550 no");
  CHECK(outcome("fail ^5; expect ^55", "550\n") == "[done] 2 banner=550 answer=");
  CHECK(outcome("fail ^5; expect 1; fail; expect ^2", "1\n550\n2\n") ==
        "[done] 4 banner=1 answer=");
  CHECK(outcome("fail ^5; fail ^4; expect ^2", "550\n450\n") ==
        "[not expected] 2 banner=550 answer=450");
}

TEST_CASE("so many bytes, an element of BER and a packet have to match at once") {
  CHECK(outcome("expect-bytes 2 ^a; expect b", "a\nxb\n") == "[done] 2 banner=xb answer=");
  CHECK(outcome("expect-bytes 1 [SN]", "E") == "[not expected] 0 banner= answer=E");
  CHECK(outcome("expect-ber ^\\x30.a; expect-ber b",
                "0\x02"
                "ac\x04\x81\x01"
                "b") == "[done] 2 banner= answer=");
  CHECK(outcome("expect-ber b",
                "0\x80"
                "b") == "[not expected] 0 banner= answer=");
  CHECK(outcome("expect-ber b",
                "0\x85"
                "bbbbbb") == "[not expected] 0 banner= answer=");
  CHECK(outcome("expect-ber b",
                "\x1f\x01"
                "b") == "[not expected] 0 banner= answer=");
  CHECK(outcome("expect-mysql ^(?P<banner>b.)$", "\x02\0\0\0bc"s) == "[done] 1 banner=bc answer=");
}

TEST_CASE("lengths that are beyond what is kept are not waited for") {
  CHECK(outcome("expect-ber b", "0\x84\x00\x01\x00\x00"s) == "[not expected] 0 banner= answer=");
  CHECK(outcome("expect-mysql b", "\x00\x00\x01\x00"s) == "[not expected] 0 banner= answer=");
  CHECK(outcome("expect-ber b", "0\x83\x00\xff\xf0"s) == "[waits] 0 banner= answer=");
}

TEST_CASE("what comes during a step is bounded, in one line or in many, however it is cut") {
  const auto steps = parse_talk_script("expect ^b; expect ^c", step_end::semicolon);
  constexpr std::size_t most = dialogue::received_bytes_max;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, 2 * most}) {
    CAPTURE(piece);
    const auto step_after = [&](const std::string& input) {
      dialogue talk{*steps};
      for (std::size_t at = 0; at < input.size(); at += piece)
        talk.feed(std::string_view{input}.substr(at, piece));
      const bool bounded = talk.needs() == need::failed && talk.why() == flaw::not_expected;
      return bounded ? -1 : static_cast<int>(talk.step());
    };
    CHECK(step_after(std::string(most - 2, 'a') + "\n") == 0);
    CHECK(step_after(std::string(most, 'a')) == -1);
    CHECK(step_after(std::string(most, 'a') + "\n") == -1);
    CHECK(step_after('b' + std::string(most - 2, 'a') + "\n" + std::string(most - 1, 'a')) == 1);
    std::string lines;
    while (lines.size() < most - 2)
      lines += "a\n";
    CHECK(step_after(lines + "b\n") == 1);
    CHECK(step_after(lines + "a\nb\n") == -1);
  }
}

TEST_CASE("what is sent is bounded, whatever was captured") {
  const auto steps = parse_talk_script("expect (.*); write ${1}${1}", step_end::semicolon);
  dialogue talk{*steps};
  talk.feed(std::string(40'000, 'a') + "\n");
  CHECK(talk.needs() == need::failed);
  CHECK(talk.why() == flaw::not_expected);
}

TEST_CASE("banner and answer are the first bytes of what came") {
  const auto steps = parse_talk_script("expect b", step_end::semicolon);
  dialogue talk{*steps};
  talk.feed(std::string(1000, 'a') + "\n");
  CHECK(talk.banner() == std::string(talk_details::text_bytes_kept, 'a'));
  CHECK(talk.answer() == talk.banner());
}

TEST_CASE(
    "what comes in the clear behind the go-ahead for TLS is never taken for what came in it") {
  const auto steps = parse_talk_script("expect ^220; starttls; expect ^250", step_end::semicolon);
  dialogue careful{*steps};
  careful.feed("220 go\r\n");
  CHECK(careful.needs() == need::secure);
  careful.feed("250 injected\r\n");  // nobody asked for it, and it is not kept
  CHECK(careful.needs() == need::secure);
  careful.secured();
  CHECK(careful.needs() == need::receive);
  careful.feed("250 ok\r\n");
  CHECK(careful.needs() == need::done);

  for (const char* injected : {"250 injected\r\n", "2", "\n"}) {
    dialogue talk{*steps};
    talk.feed("220 go\r\n" + std::string{injected});
    CHECK(talk.needs() == need::failed);
    CHECK(talk.why() == flaw::injected);
    CHECK(talk.step() == 1);
  }
}

TEST_CASE("only what is still to be sent is a goodbye") {
  const auto steps = parse_talk_script("expect a; send b; fail c; send d", step_end::semicolon);
  dialogue talk{*steps};
  CHECK_FALSE(talk.expects_nothing());
  talk.feed("a\n");
  CHECK(talk.expects_nothing());
}

TEST_CASE("ready dialogues understand healthy servers, and those that say no") {
  CHECK(ready("ssh", "hello\r\nSSH-2.0-OpenSSH_9.2p1 Debian-2\r\n") ==
        ">SSH-2.0-muster\r\n[done] 2 banner=SSH-2.0-OpenSSH_9.2p1 Debian-2 answer=");
  CHECK(ready("smtp", "220-a\r\n220 b\r\n250-x\r\n250 y\r\n221 bye\r\n") ==
        ">EHLO muster.invalid\r\n>QUIT\r\n[done] 6 banner=220-a answer=");
  CHECK(ready("smtp", "554 no\r\n") == "[not expected] 1 banner=554 no answer=554 no");
  CHECK(ready("smtp+starttls", "220 b\r\n250 y\r\n502 no\r\n") ==
        ">EHLO muster.invalid\r\n>STARTTLS\r\n[not expected] 5 banner=220 b answer=502 no");
  CHECK(ready("imap", "* OK a\r\n* BYE b\r\na1 OK c\r\n") ==
        ">a1 LOGOUT\r\n[done] 5 banner=* OK a answer=");
  CHECK(ready("imap", "* BYE full\r\n") == "[not expected] 1 banner=* BYE full answer=* BYE full");
  CHECK(ready("imap+starttls", "* OK a\r\na1 OK go\r\n") == ">a1 STARTTLS\r\n[tls] 5");
  CHECK(ready("pop3", "+OK a\r\n+OK b\r\n") == ">QUIT\r\n[done] 4 banner=+OK a answer=");
  CHECK(ready("ftp", "220-a\r\n b\r\n220 c\r\n221 d\r\n") ==
        ">QUIT\r\n[done] 4 banner=220-a answer=");
  CHECK(ready("redis", "+PONG\r\n") == ">PING\r\n>QUIT\r\n[done] 4 banner=+PONG answer=");
  CHECK(ready("redis", "-NOAUTH x\r\n") == ">PING\r\n>QUIT\r\n[done] 4 banner=-NOAUTH x answer=");
  CHECK(ready("redis", "-LOADING x\r\n") ==
        ">PING\r\n[not expected] 2 banner=-LOADING x answer=-LOADING x");
  CHECK(ready("postgres", "N") == ">\0\0\0\x08\x04\xd2\x16\x2f[done] 2 banner=N answer="s);
  CHECK(ready("postgres+starttls", "N") ==
        ">\0\0\0\x08\x04\xd2\x16\x2f[not expected] 1 banner= answer=N"s);
  CHECK(ready("postgres+starttls", "S").ends_with("[tls] 2"));
}

TEST_CASE("ready dialogues understand MySQL's first packet, with or without TLS") {
  const auto packet = [](const std::string& payload) {
    return std::string{static_cast<char>(payload.size()), '\0', '\0', '\0'} + payload;
  };
  const auto greeting = [&](char capabilities) {
    return packet("\n8.0.36\0"s + std::string(13, 'x') + '\xff' + capabilities + "\xff"s);
  };
  CHECK(ready("mysql", greeting('\0')) == "[done] 1 banner=8.0.36 answer=");
  CHECK(ready("mysql", packet("\xff\x6a\x04Host is not allowed"s)) ==
        "[done] 1 banner=Host is not allowed answer=");
  CHECK(ready("mysql", packet("\x09"
                              "3.23"s))
            .starts_with("[not expected] 0"));
  CHECK(ready("mysql+starttls", greeting('\x08')) ==
        "> \0\0\x01\0\x8a\0\0\0\0\0\x01!"s + std::string(23, '\0') + "[tls] 2");
  CHECK(ready("mysql+starttls", greeting('\xf7')).starts_with("[not expected] 0"));
}

TEST_CASE("ready dialogues understand LDAP's results, with lengths short and long") {
  const std::string bind = ">0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\0\x80\0"s;
  const std::string unbind =
      ">0\x05\x02\x01\x02"
      "B\0"s;
  CHECK(ready("ldap",
              "0\x0c\x02\x01\x01"
              "a\x07\x0a\x01\0\x04\0\x04\0"s) == bind + unbind + "[done] 3 banner= answer=");
  CHECK(ready("ldap",
              "0\x84\0\0\0\x10\x02\x01\x01"
              "a\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0"s) ==
        bind + unbind + "[done] 3 banner= answer=");
  CHECK(ready("ldap",
              "0\x0c\x02\x01\x01"
              "a\x07\x0a\x01\x30\x04\0\x04\0"s)
            .starts_with(bind + "[not expected] 1"));
  CHECK(
      ready("ldap+starttls", "0\x0c\x02\x01\x01x\x07\x0a\x01\0\x04\0\x04\0"s).ends_with("[tls] 2"));
  CHECK(ready("ldap+starttls", "0\x0c\x02\x01\x01x\x07\x0a\x01\x02\x04\0\x04\0"s)
            .find("[not expected] 1") != std::string::npos);
}

TEST_CASE("messages are held against steps as lines are, whatever is in them") {
  const auto steps = parse_talk_script("expect ^b(\\d)$; send got ${1}; fail x; expect ^\\n$",
                                       step_end::semicolon, talk_medium::messages);
  REQUIRE(steps);
  const auto said = [&](std::initializer_list<std::string_view> messages) {
    std::string input;
    for (const std::string_view one : messages)
      input += message_unit(one);
    return outcome(*steps, input);
  };
  CHECK(said({"a", "", "b7", "\n"}) == ">got 7[done] 4 banner=a answer=");
  CHECK(said({"b7", "b8", "x", "\n"}) == ">got 7[not expected] 3 banner=b7 answer=x");
  CHECK(said({"b7"}) == ">got 7[waits] 3 banner=b7 answer=");
  CHECK(outcome(*steps, "\xff\xff\xff\xff") == "[not expected] 0 banner= answer=");
}
