#include "codec/http2_session.hpp"

#include "codec/http_response_reader.hpp"
#include "codec/page_title.hpp"
#include "support/catch.hpp"
#include "support/http2_frames.hpp"
#include "support/split_feed.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace muster;
using namespace muster::codec;
using namespace muster::test;
using namespace muster::test::http2;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

struct asked {
  std::string_view method = "GET";
  std::string_view headers = {};
  const std::string* body = nullptr;
  http_limits limits = {};
  bool peer_closes = false;
};

/// A session, and what it tells its response to.
struct conversation {
  explicit conversation(const asked& what)
      : response{what.method == "HEAD", what.limits, &title},
        session{{.method = what.method,
                 .authority = "host.test",
                 .path = "/path?query",
                 .user_agent = "muster/test",
                 .headers = what.headers,
                 .body = what.body},
                "https",
                response} {}

  body_title title;
  http_response response;
  http2_session session;
};

std::string describe(const conversation& with) {
  const http_response& from = with.response;
  using state = http_response::state;
  std::string text = from.now_is() == state::done    ? "done"
                     : from.now_is() == state::error ? "error:" + std::string{to_string(from.why())}
                                                     : "need_more";
  text += ' ' + std::to_string(from.status_code()) + ' ' + std::string{from.version()};
  text += " body=" + std::to_string(from.body_bytes()) + (from.body_truncated() ? "+" : "");
  text += " server=[" + from.server() + "] bad=" + std::to_string(from.bad_header_lines());
  text += " title=[" + with.title.text() + "] trailers=[" + from.trailer_lines() + "]";
  return text + " said=[" + with.session.error() + "]";
}

std::string run_session(pieces parts, const asked& what) {
  const auto with = std::make_unique<conversation>(what);
  with->session.take_output();
  for (const auto part : parts) {
    with->session.feed(part);
    with->session.take_output();
  }
  if (what.peer_closes) with->session.finish();
  return describe(*with);
}

/// What comes of these bytes, cut in every way.
std::string outcome(std::string_view bytes, const asked& what = {}) {
  return split_feed(bytes, [&what](pieces parts) { return run_session(parts, what); });
}

/// The same of bytes that are too many to cut everywhere.
std::string large_outcome(std::string_view bytes, const asked& what = {}) {
  std::string expected;
  for (const std::size_t size : {1460u, 16384u, 65536u}) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < bytes.size(); at += size)
      parts.push_back(bytes.substr(at, size));
    std::string found = run_session(parts, what);
    // Who counts what may be told first by the one or the other.
    found.resize(found.find(" said="));
    INFO("in pieces of " << size);
    if (!expected.empty()) CHECK(found == expected);
    expected = found;
  }
  return expected;
}

const std::string page =
    headers({{":status", "200"}, {"server", "peer"}, {"content-type", "text/html"}}) +
    content("<title>A pa") + content("ge</title>", end_stream);

}  // namespace

TEST_CASE("a response over HTTP/2 is read with all that is reported of it") {
  CHECK(outcome(settings() + page) ==
        "done 200 2 body=21 server=[peer] bad=0 title=[A page] trailers=[] said=[]");
}

TEST_CASE("a request begins with the preface and what is asked, and settings are acknowledged") {
  conversation with{{.headers = "X-Own: Value\r\nConnection: keep-alive\r\nTE: gzip\r\n"}};
  const std::string first = with.session.take_output();
  CHECK_THAT(first, StartsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  CHECK(with.session.has_asked());
  CHECK(with.session.take_output().empty());
  with.session.feed(settings());
  CHECK(with.session.take_output() == settings({}, ack));
  with.session.feed(ping());
  CHECK(with.session.take_output() == frame(ping_type, ack, 0, "12345678"));
}

TEST_CASE("a body is sent as far as the server lets it") {
  const std::string body(100'000, 'b');
  conversation with{{.method = "POST", .body = &body}};
  std::size_t sent = 0;
  for (std::string out = with.session.take_output(); !out.empty();
       out = with.session.take_output()) {
    sent += out.size();
  }
  CHECK(sent > 65'000);
  CHECK(sent < 67'000);
  CHECK_FALSE(with.session.has_asked());
  with.session.feed(settings() + frame(window_update_type, no_flags, 0, number(50'000)) +
                    frame(window_update_type, no_flags, http2::stream, number(50'000)));
  CHECK(with.session.take_output().size() > 34'000);
  CHECK(with.session.has_asked());
}

TEST_CASE("a server may answer before it has the whole body") {
  const std::string body(100'000, 'b');
  CHECK_THAT(
      outcome(settings() + headers({{":status", "413"}}, end_headers | end_stream) + reset(0),
              {.method = "POST", .body = &body}),
      StartsWith("done 413 2"));
}

TEST_CASE(
    "interim responses, trailers and answers without a body are read as those of HTTP/1 are") {
  CHECK_THAT(outcome(settings() + headers({{":status", "103"}, {"link", "</a>"}}) + page),
             StartsWith("done 200 2 body=21 server=[peer]"));
  CHECK_THAT(
      outcome(settings() + headers({{":status", "200"}}) + content("abc") +
                  headers({{"grpc-status", "0"}, {"server", "no"}}, end_headers | end_stream),
              {.limits = {.keeps_headers = true}}),
      ContainsSubstring("body=3 server=[]") &&
          ContainsSubstring("trailers=[grpc-status:0\nserver:no\n]"));
  for (const std::string_view code : {"204", "304"}) {
    CHECK_THAT(outcome(settings() + headers({{":status", code}})),
               StartsWith("done " + std::string{code} + " 2 body=0"));
  }
  CHECK_THAT(outcome(settings() + headers({{":status", "200"}, {"content-length", "9"}},
                                          end_headers | end_stream),
                     {.method = "HEAD"}),
             StartsWith("done 200 2 body=0"));
}

TEST_CASE("a head over HTTP/2 may come in several frames") {
  const std::string text(3'000, 'v');
  const std::string all =
      block({{":status", "200"}}) + std::string("\x40\x01x\x7f\xb9\x16", 6) + text;
  const std::string frames =
      settings() + frame(headers_type, no_flags, http2::stream, all.substr(0, 1'000)) +
      frame(continuation_type, no_flags, http2::stream, all.substr(1'000, 1'000)) +
      frame(continuation_type, end_headers, http2::stream, all.substr(2'000)) +
      content("abc", end_stream);
  CHECK_THAT(large_outcome(frames), StartsWith("done 200 2 body=3 server=[] bad=0"));
}

TEST_CASE("interim responses over HTTP/2 are limited in number") {
  CHECK_THAT(outcome(settings() + repeated(headers({{":status", "100"}}), 9)),
             StartsWith("error:malformed_response"));
}

TEST_CASE("a body over HTTP/2 is read up to the cap") {
  CHECK_THAT(
      outcome(settings() + headers({{":status", "200"}}) + content("abcdef") + content("ghi"),
              {.limits = {.body_bytes_max = 5}}),
      StartsWith("done 200 2 body=5+"));
}

TEST_CASE("a server is told to go on with a body, which may come in small frames with padding") {
  const std::string frames =
      settings() + headers({{":status", "200"}}) +
      repeated(content(std::string(16'000, 'x')), 150) +
      repeated(frame(data_type, padded, http2::stream, std::string("\1ab\0", 4)), 900) +
      content("", end_stream);
  CHECK_THAT(large_outcome(frames, {.limits = {.body_bytes_max = 4'000'000}}),
             StartsWith("done 200 2 body=2401800 "));
}

TEST_CASE("headers that are none are left out of a head over HTTP/2, and counted") {
  CHECK_THAT(
      outcome(settings() +
              headers({{":status", "200"}, {"up per", "x"}, {"x", "a\nb"}, {"server", " s "}},
                      end_headers | end_stream)),
      StartsWith("done 200 2 body=0 server=[s] bad=2"));
}

TEST_CASE("a head over HTTP/2 that is too large is, however small it came") {
  // One header of 4 KB, kept in the table, and asked for again and again by one byte.
  const std::string large(4'000, 'v');
  std::string bomb = block({{":status", "200"}});
  bomb += std::string("\x40\x01x\x7f\xa1\x1e", 6) + large + std::string(200, '\xbe');
  CHECK_THAT(large_outcome(settings() + frame(headers_type, end_headers, http2::stream, bomb)),
             StartsWith("error:headers_too_large"));
  const std::string one = headers({{":status", "200"}, {"a", "b"}}, end_headers | end_stream);
  const std::size_t bytes = 7 + 3 + 32 + 1 + 1 + 32;
  CHECK_THAT(outcome(settings() + one, {.limits = {.header_bytes_max = bytes}}),
             StartsWith("done"));
  CHECK_THAT(outcome(settings() + one, {.limits = {.header_bytes_max = bytes - 1}}),
             StartsWith("error:headers_too_large"));
}

TEST_CASE("frames without end that bring nothing are cut off, of whatever kind they are") {
  const std::string head = headers({{":status", "200"}});
  constexpr std::size_t many = 40'000;
  const auto is_cut_off = [](const std::string& frames) {
    CHECK_THAT(large_outcome(frames), StartsWith("error:http2_error"));
  };
  is_cut_off(repeated(settings(), many));
  is_cut_off(settings() + repeated(ping(), many));
  is_cut_off(settings() + repeated(frame(ping_type, ack, 0, "12345678"), many));
  is_cut_off(settings() + head + repeated(content(""), many));
  is_cut_off(settings() + head + repeated(frame(priority_type, no_flags, 3, "\0\0\0\0\1"), many));
  is_cut_off(settings() + repeated(frame(window_update_type, no_flags, 0, number(1)), many));
  is_cut_off(settings() +
             frame(headers_type, no_flags, http2::stream, block({{":status", "200"}})) +
             repeated(frame(continuation_type, no_flags, http2::stream, ""), many));
  is_cut_off(settings() + repeated(frame(static_cast<type>(0xee), no_flags, 0, "unknown"), many));
}

TEST_CASE("what is not HTTP/2 is told from it at once, with nghttp2's words") {
  CHECK_THAT(outcome("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
             StartsWith("error:http2_error 0 ") && ContainsSubstring("said=[Remote peer returned"));
  CHECK_THAT(outcome(std::string(64, '\xff')), StartsWith("error:http2_error"));
  CHECK_THAT(outcome(page), StartsWith("error:http2_error"));
  CHECK_THAT(outcome(settings() + content("early")), StartsWith("error:"));
  CHECK_THAT(outcome(settings() + frame(headers_type, end_headers, 2, block({{":status", "200"}}))),
             StartsWith("error:http2_error"));
  CHECK_THAT(outcome(settings() +
                     frame(headers_type, end_headers, http2::stream, "\xff\xff\xff\xff\xff\xff")),
             StartsWith("error:http2_error"));
}

TEST_CASE("a head that HTTP does not allow is malformed") {
  for (const auto& head :
       {headers({{"server", "x"}}), headers({{":status", "20"}}), headers({{":status", "099"}}),
        headers({{":status", "101"}}), headers({{"a", "b"}, {":status", "200"}}),
        headers({{":status", "200"}, {"Upper", "x"}}),
        headers({{":status", "103"}}) + content("ab") + content("", end_stream),
        headers({{":status", "103"}}) + content("", end_stream),
        headers({{":status", "200"}, {"transfer-encoding", "chunked"}}),
        headers({{":status", "200"}, {"content-length", "9"}}) + content("abcd", end_stream)}) {
    CHECK_THAT(outcome(settings() + head), StartsWith("error:malformed_response"));
  }
}

TEST_CASE("a body over HTTP/2 that is longer than it was to be is malformed") {
  // How much of it was read before that was seen depends on how it came.
  CHECK_THAT(large_outcome(settings() + headers({{":status", "200"}, {"content-length", "3"}}) +
                           content("abcd", end_stream)),
             StartsWith("error:malformed_response"));
}

TEST_CASE("a server that gives up or refuses says so, and why") {
  CHECK_THAT(outcome(settings() + reset(7)),
             StartsWith("error:stream_refused 0 ") && ContainsSubstring("said=[REFUSED_STREAM]"));
  CHECK_THAT(outcome(settings() + reset(0xb)),
             StartsWith("error:stream_reset 0 ") && ContainsSubstring("said=[ENHANCE_YOUR_CALM]"));
  CHECK_THAT(
      outcome(settings() + headers({{":status", "200"}}) + content("ab") + reset(2)),
      StartsWith("error:stream_reset 200 2 body=2") && ContainsSubstring("said=[INTERNAL_ERROR]"));
  CHECK_THAT(outcome(settings() + goaway(0, 0)), StartsWith("error:stream_refused"));
  CHECK_THAT(outcome(settings() + goaway(0, 0xd)),
             StartsWith("error:stream_refused") && ContainsSubstring("said=[HTTP_1_1_REQUIRED]"));
  CHECK_THAT(outcome(settings() + goaway(1, 0) + page), StartsWith("done 200 2 body=21"));
}

TEST_CASE("a connection that ends before its response is closed early, with what was said before") {
  CHECK_THAT(outcome({}, {.peer_closes = true}), StartsWith("error:closed_early 0"));
  CHECK_THAT(
      outcome(settings() + headers({{":status", "200"}}) + content("ab"), {.peer_closes = true}),
      StartsWith("error:closed_early 200 2 body=2"));
  CHECK_THAT(outcome(settings() + goaway(1, 1), {.peer_closes = true}),
             StartsWith("error:closed_early") && ContainsSubstring("said=[PROTOCOL_ERROR]"));
  CHECK_THAT(outcome(settings() + page, {.peer_closes = true}), StartsWith("done"));
}

TEST_CASE("a request over HTTP/2 can't smuggle anything in") {
  http_response response{false};
  const auto ask = [&response](std::string_view path) {
    http2_session session{
        {.method = "GET", .authority = "a", .path = path, .user_agent = "m"}, "https", response};
  };
  CHECK_THROWS_AS(ask("/ x"), std::invalid_argument);
  CHECK_THROWS_AS(ask("/\r\nx"), std::invalid_argument);
  CHECK_NOTHROW(ask("/x"));
}

TEST_CASE("one connection over HTTP/2 has one request after the other") {
  conversation with{{}};
  with.session.take_output();
  with.session.feed(settings() + page);
  REQUIRE(with.session.takes_another());
  with.session.let_go();
  // What comes meanwhile is of the connection.
  with.session.feed(ping() + frame(window_update_type, no_flags, 0, number(1)));
  REQUIRE(with.session.takes_another());
  http_response second{false};
  with.session.ask({.method = "GET", .authority = "a", .path = "/2", .user_agent = "m"}, "https",
                   second);
  CHECK_FALSE(with.session.takes_another());
  CHECK_FALSE(with.session.has_begun());
  CHECK_FALSE(with.session.take_output().empty());
  const std::string late = reset(0);
  with.session.feed(late + frame(headers_type, end_headers, 3, block({{":status", "404"}})) +
                    frame(data_type, end_stream, 3, "no"));
  CHECK(second.now_is() == http_response::state::done);
  CHECK(second.status_code() == 404);
  CHECK(second.body_bytes() == 2);
  CHECK(with.response.status_code() == 200);
  CHECK(with.session.takes_another());
}

TEST_CASE("a connection over HTTP/2 has no other request after an end, a cap or a flood") {
  const auto takes_another = [](const std::string& bytes, const asked& what = {}) {
    conversation with{what};
    with.session.take_output();
    with.session.feed(bytes);
    return with.session.takes_another();
  };
  CHECK(takes_another(settings() + page));
  CHECK_FALSE(takes_another(settings() + page + goaway(1, 0)));
  CHECK_FALSE(takes_another(settings() + page, {.limits = {.body_bytes_max = 5}}));
  CHECK_FALSE(takes_another(settings() + page + "garbage garbage garbage"));
  CHECK_FALSE(takes_another(settings() + headers({{":status", "200"}})));
  const std::string body(100'000, 'b');
  CHECK_FALSE(takes_another(settings() + page, {.method = "POST", .body = &body}));
  conversation idle{{}};
  idle.session.take_output();
  idle.session.feed(settings() + page);
  idle.session.let_go();
  for (std::size_t fed = 0; fed <= http2_session::framing_bytes_max; fed += ping().size())
    idle.session.feed(ping());
  CHECK_FALSE(idle.session.takes_another());
}
