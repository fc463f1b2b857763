#include "probe/talk/talk_script.hpp"

#include "probe/talk/ready_talks.hpp"
#include "probe/talk/talk_argument.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <array>
#include <stdexcept>
#include <string>

using namespace muster;

namespace {

/// The steps as they are understood, joined by `|`; of what is sent, the pieces.
std::string understood(std::string_view text, step_end end = step_end::semicolon) {
  const auto steps = parse_talk_script(text, end);
  if (!steps) return "wrong: " + steps.error().message;
  std::string out;
  for (const talk_step& step : *steps) {
    if (!out.empty()) out += '|';
    if (step.pieces.empty()) {
      out += step.text;
      continue;
    }
    out += "send";
    for (const talk_step::piece& piece : step.pieces)
      out += piece.group < 0 ? ' ' + piece.bytes : " $" + std::to_string(piece.group);
  }
  return out;
}

}  // namespace

TEST_CASE(
    "steps are separated by semicolons and lines, and blanks around them are no part of them") {
  CHECK(understood(" expect ^220 ;; starttls\n\tfail  x ") == "expect ^220|starttls|fail  x");
  CHECK(understood("# a remark\r\nexpect a\r\n\r\nexpect b", step_end::line) ==
        "expect a|expect b");
}

TEST_CASE("a semicolon with a backslash before it, or in a file, is one of the step") {
  CHECK(understood(R"(expect a\;b; write c\;d)") == R"(expect a\;b|send c;d)");
  CHECK(understood("expect a;b\nwrite c;d", step_end::line) == "expect a;b|send c;d");
  const auto steps = parse_talk_script("expect [;]\\\\\nwrite a;b\\;\\\\", step_end::line);
  REQUIRE(steps);
  CHECK(talk_script_text(*steps) == R"(expect [\;]\\; write a\;b\;\\)");
  CHECK(understood(talk_script_text(*steps)) == R"(expect [\;]\\|send a;b;\)");
}

TEST_CASE("a line is sent with its end, bytes are sent as they are") {
  CHECK(understood("send EHLO x") == "send EHLO x \r\n");
  CHECK(understood("send") == "send \r\n");
  CHECK(understood(R"(write \x41\t\\\$\;\r\n)") == "send A\t\\$;\r\n");
}

TEST_CASE("what is sent has captures of the latest expectation, as far as it has such") {
  CHECK(understood(R"(expect (a)(b); write x${2}y${0}\${1})") ==
        "expect (a)(b)|send x $2 y $0 ${1}");
  CHECK(understood("expect a; write ${1}") ==
        "wrong: step 2, 'write ${1}': the latest expectation has no group 1");
  const std::array wrong{
      "write ${0}",           "expect (a); starttls; write ${1}", "expect (a); write ${10}",
      "expect (a); write ${", "expect (a); write ${x}",           "expect a; write ${-1}"};
  for (const char* text : wrong) {
    CAPTURE(text);
    CHECK(understood(text).starts_with("wrong: step "));
  }
}

TEST_CASE("what is no step is told of with its number and what would be one") {
  const std::array wrong{"",
                         " ; ",
                         "expcet a",
                         "expect (",
                         "write",
                         "write \\q",
                         "write \\x1",
                         "starttls now",
                         "starttls; starttls",
                         "expect-bytes 0 a",
                         "expect-bytes 4097 a",
                         "expect-bytes a",
                         "expect-ber (",
                         "expect (a)(b)(c)(d)(e)(f)(g)(h)(i)(?P<banner>j)"};
  for (const char* text : wrong) {
    CAPTURE(text);
    CHECK(understood(text).starts_with("wrong: "));
  }
  CHECK(understood("expect a; expcet b").starts_with("wrong: step 2, 'expcet b': write expect "));
}

TEST_CASE("steps, and the text of each, have a maximum") {
  std::string many;
  for (std::size_t i = 0; i < talk_dialogue::steps_max; ++i)
    many += "expect a\n";
  CHECK_FALSE(understood(many).starts_with("wrong"));
  CHECK(understood(many + "expect a").starts_with("wrong: step 101, 'expect a': more than 100"));
  CHECK(understood("expect " + std::string(talk_step::text_bytes_max, 'a')).starts_with("wrong"));
}

TEST_CASE("ready dialogues are known by name, with and without TLS, and have ports") {
  for (const ready_talk& one : ready_talks()) {
    CAPTURE(std::string{one.name});
    const auto plain = parse_talk(one.name);
    REQUIRE(plain);
    CHECK(plain->port == one.port);
    CHECK(talk_text(*plain) == std::string{one.name} + ':' + std::to_string(one.port));
    const auto later = parse_talk(std::string{one.name} + "+starttls:7");
    CHECK(static_cast<bool>(later) == !one.starttls_steps.empty());
    if (later) CHECK(later->port == 7);
    const auto at_once = parse_talk(std::string{one.name} + "+tls");
    CHECK(static_cast<bool>(at_once) == (one.tls_port != 0));
    if (at_once) CHECK(at_once->port == one.tls_port);
    if (at_once) CHECK(at_once->steps.front().what == talk_step::action::starttls);
    if (at_once) CHECK(at_once->steps.size() == plain->steps.size() + 1);
  }
}

TEST_CASE("a dialogue of one's own has a port and steps, which a file may have") {
  const auto own = parse_talk("7=send a\\;b; expect ^a");
  REQUIRE(own);
  CHECK(own->port == 7);
  CHECK(own->name.empty());
  CHECK(talk_text(*own) == "7=send a\\;b; expect ^a");

  test::temporary_directory directory;
  const std::string path = directory.file("steps");
  test::write_whole_file(path, "# says what it hears\nsend a;b\nexpect ^a\n");
  const auto from_file = parse_talk("7=@" + path);
  REQUIRE(from_file);
  CHECK(from_file->name == '@' + path);
  CHECK(talk_text(*from_file) == talk_text(*own));

  test::write_whole_file(path, std::string(talk_dialogue::file_bytes_max + 1, '#'));
  CHECK_FALSE(parse_talk("7=@" + path));
  CHECK_FALSE(parse_talk("7=@" + directory.file("missing")));
  CHECK_FALSE(parse_talk("7=@" + directory.path().string()));
}

TEST_CASE("what asks for no dialogue is refused with those that there are") {
  const std::array wrong{"",           "smpt",           "smtp+tsl", "ssh+starttls", "mysql+tls",
                         "smtp:0",     "smtp:",          "smtp:x",   "smtp:1:2",     "7",
                         "0=expect a", "70000=expect a", "7=",       "7=x",          "7:smtp"};
  for (const char* text : wrong) {
    CAPTURE(text);
    CHECK_FALSE(parse_talk(text));
  }
  CHECK(parse_talk("smpt").error().message ==
        "'smpt' is no dialogue; write PORT=STEPS, PORT=@FILE or one of ssh, smtp, imap, pop3, ftp, "
        "redis, mysql, postgres, ldap");
  talk_spec spec;
  spec.add("smtp+tls");
  CHECK(spec.asked() == option_values{{"--talk", "smtp+tls:465"}});
  CHECK_THROWS_AS(spec.add("x"), std::invalid_argument);
}

TEST_CASE("steps of messages are three, and what is sent has no line's end") {
  const auto of_messages = [](std::string_view text) {
    const auto steps = parse_talk_script(text, step_end::semicolon, talk_medium::messages);
    if (!steps) return "wrong: " + steps.error().message;
    std::string out;
    for (const talk_step& step : *steps) {
      out += step.pieces.empty() ? step.text : step.pieces.front().bytes;
      out += '|';
    }
    return out;
  };
  CHECK(of_messages("send hello; expect a; fail b") == "hello|expect a|fail b|");
  for (const char* const other : {"write a", "starttls", "expect-bytes 1 a", "expect-ber a"}) {
    CHECK(of_messages(other).find("write expect REGEX, send TEXT or fail REGEX") !=
          std::string::npos);
  }
}
