#include "codec/websocket_frame.hpp"

#include "support/split_feed.hpp"

#include <array>
#include <string>
#include <string_view>

using namespace muster::codec;
using namespace muster;
using namespace std::string_literals;

namespace {

using event = websocket_reader::event;

constexpr std::size_t bytes_max = 1000;

std::string frame(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    out += '\x7e';
    out += static_cast<char>(payload.size() >> 8U);
    out += static_cast<char>(payload.size());
  }
  return out.append(payload);
}

/// What comes of the bytes of a server, whatever pieces they come in: `text:…|ping:…`.
std::string told(std::string_view bytes) {
  return test::split_feed(bytes, [](test::pieces pieces) {
    websocket_reader reader{bytes_max};
    std::string out;
    for (std::string_view piece : pieces) {
      for (event what = event::message; what != event::need_more;) {
        what = reader.feed(piece);
        if (what == event::need_more) break;
        if (!out.empty()) out += '|';
        if (what == event::error) return out += "error: " + std::string{to_string(reader.why())};
        if (what == event::close) {
          return out +=
                 "close " + std::to_string(reader.close_code()) + ' ' + reader.close_reason();
        }
        out += what == event::ping ? "ping:" : what == event::pong ? "pong:" : "";
        if (what == event::message) out += reader.is_text() ? "text:" : "binary:";
        out += reader.payload();
      }
      CHECK(piece.empty());
    }
    return out;
  });
}

}  // namespace

TEST_CASE("a client's frame is masked, and as long as it has to be") {
  const std::array<char, 4> mask{'\1', '\2', '\4', '\x08'};
  std::string out;
  append_websocket_frame(out, websocket_opcode::text, "AAAAA", mask);
  CHECK(out == "\x81\x85\1\2\4\x08" + "\x40\x43\x45\x49\x40"s);
  const auto head_of = [&](std::size_t size) {
    std::string one;
    append_websocket_frame(one, websocket_opcode::binary, std::string(size, 'x'), {});
    CHECK(one.ends_with(std::string(size, 'x')));
    return one.substr(0, one.size() - size);
  };
  CHECK(head_of(0) == "\x82\x80\0\0\0\0"s);
  CHECK(head_of(125) == "\x82\xfd\0\0\0\0"s);
  CHECK(head_of(126) == "\x82\xfe\0\x7e\0\0\0\0"s);
  CHECK(head_of(0xffff) == "\x82\xfe\xff\xff\0\0\0\0"s);
  CHECK(head_of(0x10000) == "\x82\xff\0\0\0\0\0\1\0\0\0\0\0\0"s);
  CHECK(websocket_close_payload(1002) == "\x03\xea");
}

TEST_CASE("messages are whole, in one frame or in fragments with others in between") {
  CHECK(told(frame(0x81, "hello")) == "text:hello");
  CHECK(told(frame(0x82, "\xff")) == "binary:\xff");
  CHECK(told(frame(0x81, "")) == "text:");
  CHECK(told(frame(0x01, "he") + frame(0x00, "") + frame(0x89, "p") + frame(0x8a, "") +
             frame(0x80, "llo") + frame(0x81, "x")) == "ping:p|pong:|text:hello|text:x");
  CHECK(told(frame(0x81, std::string(300, 'a'))) == "text:" + std::string(300, 'a'));
}

TEST_CASE("text is UTF-8 as a whole, wherever it is cut") {
  CHECK(told(frame(0x01, "\xe2\x82") + frame(0x80, "\xac")) == "text:\u20ac");
  CHECK(told(frame(0x81, "\xe2\x82")) == "error: text that is not UTF-8");
  CHECK(told(frame(0x81, "\xff")) == "error: text that is not UTF-8");
  CHECK(told(frame(0x88, "\x03\xe8\xff")) == "error: text that is not UTF-8");
}

TEST_CASE("a close has a code that may be sent, and says why") {
  CHECK(told(frame(0x88, "")) == "close 0 ");
  CHECK(told(frame(0x88, "\x03\xe8")) == "close 1000 ");
  CHECK(told(frame(0x88, "\x0f\xa1 enough") + "whatever follows") == "close 4001  enough");
  CHECK(told(frame(0x01, "half") + frame(0x88, "\x03\xf3")) == "close 1011 ");
  for (const std::string& payload : {"\3"s, "\0\0"s, "\x03\xe7"s, "\x03\xed"s, "\x03\xee"s,
                                     "\x03\xec"s, "\x03\xf7"s, "\x13\x88"s, "\xff\xff"s}) {
    CHECK(told(frame(0x88, payload)) == "error: a close frame with a status code that is none");
  }
}

TEST_CASE("what no server may send is an error that says what it is") {
  for (const unsigned first : {0xc1U, 0xa1U, 0x91U, 0xf1U}) {
    CHECK(told(frame(first, "x")) ==
          "error: a reserved bit is set, and no extension was agreed on");
  }
  for (const unsigned first : {0x83U, 0x87U, 0x8bU, 0x8fU})
    CHECK(told(frame(first, "x")) == "error: a reserved opcode");
  CHECK(told("\x81\x81\0\0\0\0x"s) == "error: a masked frame");
  CHECK(told(frame(0x89, std::string(126, 'p'))) ==
        "error: a control frame of more than 125 bytes");
  CHECK(told(frame(0x09, "p")) == "error: a control frame in fragments");
  CHECK(told(frame(0x80, "x")) == "error: a fragment of a message that has not begun");
  CHECK(told(frame(0x01, "x") + frame(0x81, "y")) ==
        "error: a message begins before the last has ended");
  CHECK(told(frame(0x81, "x") + frame(0x80, "y")) ==
        "text:x|error: a fragment of a message that has not begun");
}

TEST_CASE("lengths that lie, or are written with more bytes than they take, are none") {
  const std::string none = "error: a length of 2^63 or more, or in more bytes than it takes";
  CHECK(told("\x81\x7e\0\x7dx"s) == none);
  CHECK(told("\x81\x7f\0\0\0\0\0\0\xff\xffx"s) == none);
  CHECK(told("\x81\x7f\x80\0\0\0\0\0\0\0x"s) == none);
  CHECK(told("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xffx"s) == none);
  CHECK(told("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xffx"s) == "error: a message that is too long");
}

TEST_CASE("a message has a maximum, in however many fragments it comes") {
  CHECK(told(frame(0x82, std::string(bytes_max, 'x'))) == "binary:" + std::string(bytes_max, 'x'));
  CHECK(told(frame(0x82, std::string(bytes_max + 1, 'x'))) == "error: a message that is too long");
  CHECK(told(frame(0x02, std::string(bytes_max, 'x')) + frame(0x80, "x")) ==
        "error: a message that is too long");
}

TEST_CASE("frames without end are not read without end") {
  std::string many = frame(0x01, "");
  for (unsigned i = 1; i < websocket_reader::frames_max; ++i)
    many += frame(0x00, "");
  websocket_reader reader{bytes_max};
  std::string_view rest = many;
  CHECK(reader.feed(rest) == event::need_more);
  const std::string more = frame(0x00, "");
  rest = more;
  CHECK(reader.feed(rest) == event::error);
  CHECK(reader.why() == websocket_flaw::too_many_frames);
}

TEST_CASE("after a close or an error nothing changes any more") {
  websocket_reader reader{bytes_max};
  const std::string close = frame(0x88,
                                  "\x03\xe8"
                                  "bye");
  std::string_view rest = close;
  CHECK(reader.feed(rest) == event::close);
  const std::string more = frame(0x81, "x");
  rest = more;
  CHECK(reader.feed(rest) == event::close);
  CHECK(rest.size() == more.size());
  CHECK(reader.close_reason() == "bye");
}
