#include "probe/websocket/websocket_talk.hpp"

#include "probe/talk/talk_script.hpp"
#include "support/split_feed.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

using namespace muster;
using namespace std::string_literals;

namespace {

std::string frame(unsigned first, std::string_view payload) {
  return std::string{static_cast<char>(first), static_cast<char>(payload.size())}.append(payload);
}

/// The payloads of a client's frames, whose masks are zero, each behind its opcode in hexadecimal.
std::string payloads(std::string_view frames) {
  constexpr std::size_t head_bytes = 6;
  std::string out;
  while (!frames.empty()) {
    REQUIRE(frames.size() >= head_bytes);
    const auto size = static_cast<std::size_t>(frames[1] & 0x7f);
    out += "0123456789abcdef"[frames[0] & 0xf];
    out.append(frames.substr(head_bytes, size)) += ' ';
    frames.remove_prefix(head_bytes + size);
  }
  return out;
}

/// What is sent, and what it comes to, whatever pieces the peer's frames come in.
std::string outcome_of(std::string_view script, std::string_view input, bool ends = false) {
  std::vector<talk_step> steps;
  if (!script.empty()) {
    const auto parsed_steps = parse_talk_script(script, step_end::semicolon, talk_medium::messages);
    REQUIRE(parsed_steps);
    steps = *parsed_steps;
  }
  return test::split_feed(input, [&](test::pieces pieces) {
    websocket_talk talk{steps, [] { return std::array<char, 4>{}; }};
    std::string frames;
    const auto go = [&] {
      while (!talk.output().empty() && !talk.is_over()) {
        frames += talk.output();
        talk.sent();
      }
    };
    go();
    for (const std::string_view piece : pieces) {
      if (!talk.is_over()) talk.feed(piece);
      go();
    }
    if (ends && !talk.is_over()) talk.closed();
    std::string told = payloads(frames);
    told += talk.is_over() ? "over" : talk.is_closing() ? "closing" : "talking";
    if (talk.verdict().status != status::up) {
      told += ' ' + std::string{to_string(talk.verdict().reason)};
    }
    return told + ' ' + std::to_string(talk.steps().step());
  });
}

const std::string close_frame = frame(0x88, "\x03\xe8");

}  // namespace

TEST_CASE("without steps a WebSocket is closed, and the peer's close ends it") {
  CHECK(outcome_of("", "") == "8\x03\xe8 closing 0");
  CHECK(outcome_of("", frame(0x81, "hi") + close_frame + "more") == "8\x03\xe8 over 0");
  CHECK(outcome_of("", "", true) == "8\x03\xe8 over 0");
}

TEST_CASE("steps are done in their order, whenever their messages come") {
  CHECK(outcome_of("send a; expect b(.); send c${1}; expect d",
                   frame(0x81, "x") + frame(0x81, "b1") + frame(0x82, "d") + close_frame) ==
        "1a 1c1 8\x03\xe8 over 4");
  CHECK(outcome_of("send \\xff; expect a", "") == "2\xff talking 1");
}

TEST_CASE("a ping is answered with what it holds, in the middle of a message, too") {
  CHECK(outcome_of("expect ^hello$", frame(0x01, "he") + frame(0x89, "p") + frame(0x80, "llo")) ==
        "ap 8\x03\xe8 closing 1");
}

TEST_CASE("what fails, or comes to an end too soon, is told, and answered with a close") {
  CHECK(outcome_of("fail x; expect y", frame(0x81, "x")) ==
        "8\x03\xe8 closing answer_not_expected 1");
  CHECK(outcome_of("expect y", frame(0x88, "\x0f\xa1 no")) == "8\x0f\xa1 over closed_early 0");
  CHECK(outcome_of("expect y", frame(0x88, "")) == "8\x03\xe8 over closed_early 0");
  CHECK(outcome_of("expect y", frame(0x81, "x"), true) == "over closed_early 0");
  CHECK(outcome_of("expect y", frame(0x83, "x")) == "8\x03\xea over malformed_frame 0");
  CHECK(outcome_of("expect y", "\x82\x7f\0\0\0\0\0\1\0\0"s) ==
        "8\x03\xea over answer_not_expected 0");
}

TEST_CASE(
    "a pong and a close may leave while something is read, a step and the last word may not") {
  const auto steps =
      parse_talk_script("expect a; send b; expect c", step_end::semicolon, talk_medium::messages);
  REQUIRE(steps);
  websocket_talk talk{*steps, [] { return std::array<char, 4>{}; }};
  talk.feed(frame(0x89, "p"));
  CHECK_FALSE(talk.output().empty());
  CHECK_FALSE(talk.has_to_send());
  talk.feed(frame(0x81, "a"));
  CHECK(talk.has_to_send());
  talk.sent();
  SECTION("this side closes first") {
    talk.feed(frame(0x81, "c"));
    CHECK(talk.is_closing());
    CHECK_FALSE(talk.output().empty());
    CHECK_FALSE(talk.has_to_send());
  }
  SECTION("the peer does") {
    talk.feed(close_frame);
    CHECK(talk.has_to_send());
    CHECK_FALSE(talk.is_over());
  }
}

TEST_CASE("a failure is held against the peer while something is expected of it") {
  const auto steps =
      parse_talk_script("expect a; send b", step_end::semicolon, talk_medium::messages);
  REQUIRE(steps);
  websocket_talk talk{*steps, [] { return std::array<char, 4>{}; }};
  CHECK_FALSE(talk.may_end());
  talk.feed(frame(0x81, "a"));
  CHECK(talk.sends_step());
  CHECK(talk.may_end());
  talk.end();
  CHECK(talk.is_over());
  CHECK(talk.verdict().status == status::up);
}
