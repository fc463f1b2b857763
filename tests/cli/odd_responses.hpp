#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace muster::test {

/// A response as the standard doesn't have it, and what muster makes of it.
struct odd_response {
  std::string bytes;
  /// Status code and bytes of body, or the reason why there is none.
  std::string says;
  /// Why muster does not agree with curl, where curl reads it; empty where it has to.
  std::string_view but;
};

inline std::vector<odd_response> odd_responses() {
  using namespace std::string_view_literals;
  struct part {
    std::string_view text;
    std::string_view says = "200 5";
    std::string_view but = {};
  };
  std::vector<odd_response> all;
  const auto add = [&all](std::string_view before, std::string_view after,
                          std::initializer_list<part> parts) {
    for (const part& each : parts) {
      all.push_back(
          {std::string{before}.append(each.text).append(after), std::string{each.says}, each.but});
    }
  };
  constexpr auto malformed = "malformed_response"sv;
  constexpr auto closed = "closed_early"sv;
  constexpr auto guess = "curl guesses at a number that is none"sv;
  constexpr auto cut = "what breaks off within its head is no answer"sv;
  constexpr auto either = "curl takes one of two different lengths, which the other belies"sv;
  constexpr auto race = "curl skips a first line that is none, or not, as its pieces come"sv;

  // Status lines.
  add("", "\r\nContent-Length: 5\r\n\r\nhello",
      {{"HTTP/1.1 200 OK"},
       {"HTTP/1.1  200 OK"},
       {"HTTP/1.1\t200 OK"},
       {"HTTP/1.1    200   OK"},
       {"HTTP/1.1 200"},
       {"HTTP/1.1 200 "},
       {"HTTP/1.1 200OK"},
       {"HTTP/1.1 200.5 OK"},
       {"http/1.1 200 OK"},
       {"HTTP/1.1 999 OK", "999 5"},
       {"HTTP/1.1 600 OK", "600 5"},
       {"HTTP/1.1 205 Reset", "205 5"},
       {"HTTP/1.1 204 None", "204 0"},
       {"HTTP/1.1 304 Same", "304 0"},
       {"HTTP/2.0 200 OK"},
       {"HTTP/2 200 OK"},
       {"HTTP/1 200 OK"},
       {"HTTP/1.2 200 OK"},
       {"ICY 200 OK"},
       {"\r\nHTTP/1.1 200 OK"},
       {"\nHTTP/1.1 200 OK"},
       {"HTTP/1.1 200 \xe9\xe8"},
       {"HTTP/1.1 200 O\x01K"},
       {"HTTP/1.1 200 O\0K"sv},
       {"HTTP/1.1 200 O\rK"},
       {"HTTP/1.1200 OK", malformed},
       {"HTTP/1.1 2000 OK", malformed, guess},
       {"HTTP/1.1 20 OK", malformed},
       {"HTTP/1.1 099 OK", malformed},
       {"HTTP/1.1 -20 OK", malformed},
       {"HTTP/1.1 abc OK", malformed},
       {"HTTP/1.1", malformed},
       {"HTTP/1.1 OK", malformed},
       {"HTTP 200 OK", malformed},
       {"HTTP/1.10 200 OK", malformed},
       {"HTTP/0.9 200 OK", malformed},
       {"HTTP/3 200 OK", malformed},
       {" HTTP/1.1 200 OK", malformed},
       {"RTSP/1.0 200 OK", malformed},
       {"SSH-2.0-OpenSSH", malformed},
       {"junk\r\nHTTP/1.1 200 OK", malformed, race}});
  // Lines among the headers.
  add("HTTP/1.1 200 OK\r\n", "\r\nContent-Length: 5\r\n\r\nhello",
      {{"X-A : v"},
       {"X-A: caf\xe9"},
       {"X-\xe9: v"},
       {"X-A: a\x01z"},
       {"X\x01: a"},
       {"X-A: a\0z"sv},
       {"X\0A: b"sv},
       {"X-A: a\x7fz"},
       {"X-A: a\rb"},
       {"X-A: a\r"},
       {"no colon"},
       {": v"},
       {"X_A: v"},
       {"X A: v"},
       {"X-A: a\r\n b"},
       {"X-A: a\r\n\tb"},
       {" folded: x"},
       {"X-A: a\r\n "},
       {"HTTP/1.1 200 OK"},
       {"X-A: a\nX-B: b"},
       {"Content-Length: 5"},
       {"content-length:5"},
       {"Content-Length: abc"},
       {"Content-Length: 6", malformed, either},
       {"Connection: keep-alive"},
       {"Content-Encoding: gzip"}});
  // Lengths.
  add("HTTP/1.1 200 OK\r\nContent-Length:", "\r\n\r\nhello",
      {{" 5, 5"},
       {" 5,5,5"},
       {" +5"},
       {"   5  "},
       {"\t5"},
       {" 05"},
       {" 5,"},
       {" ,5"},
       {"\r\n 5"},
       {" -5"},
       {" abc"},
       {""},
       {" 5abc"},
       {" 5;x"},
       {" 5 6"},
       {" \"5\""},
       {" 99999999999999999999"},
       {" 9223372036854775808"},
       {" 0x5", "200 5", guess},
       {" 1e1", "200 5", guess},
       {" 5, 6", malformed, either},
       {" 50", closed},
       {" 0", "200 0"}});
  add("HTTP/1.1 200 OK\r\n", "hello more",
      {{"Content-Length : 5\r\n\r\n", "200 10"},
       {"Content Length: 5\r\n\r\n", "200 10"},
       {"Content-Length: 5\r\n\r\n"},
       {"CONTENT-LENGTH: 5\r\n\r\n"},
       {"\r\n", "200 10"}});
  // Transfer codings.
  add("HTTP/1.1 200 OK\r\nTransfer-Encoding:", "\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      {{" CHUNKED"},
       {"chunked"},
       {" gzip, chunked"},
       {" identity, chunked"},
       {" chunked, identity"},
       {" chunked, chunked"},
       {" chunked\r\nTransfer-Encoding: chunked"},
       {" identity\r\nTransfer-Encoding: chunked"},
       {" chunked\r\nContent-Length: 5"},
       {" chunked\r\nContent-Length: 999"},
       {" chunked\r\nContent-Length: 3, 4"},
       {" chunked, gzip", "200 15"},
       {" chunked;q=1", "200 15"},
       {" foo", "200 15"}});
  add("HTTP/1.1 200 OK\r\n", "hello",
      {{"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n"},
       {"Transfer-Encoding: identity\r\n\r\n"},
       {"Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n"},
       {"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"},
       {"Transfer-Encoding: chunked\r\n\r\n", closed}});
  add("", "\r\n5\r\nhello\r\n0\r\n\r\n",
      {{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n"},
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"},
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n", "200 15"},
       {"HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\n", "204 0"}});
  // Chunks.
  add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "",
      {{"5 \r\nhello\r\n0\r\n\r\n"},
       {"5\t\r\nhello\r\n0\r\n\r\n"},
       {"5;a=b\r\nhello\r\n0\r\n\r\n"},
       {"5 ; a=\"b;c\"\r\nhello\r\n0\r\n\r\n"},
       {"5 junk\r\nhello\r\n0\r\n\r\n"},
       {"5;a\rb\r\nhello\r\n0\r\n\r\n"},
       {"5\nhello\n0\n\n"},
       {"5\r\nhello\n0\r\n\r\n"},
       {"0005\r\nhello\r\n000\r\n\r\n"},
       {"00000000000000000005\r\nhello\r\n0\r\n\r\n"},
       {"A\r\nhellohello\r\n0\r\n\r\n", "200 10"},
       {"5\r\nhello\r\n0\r\nX: y\r\n\r\n"},
       {"5\r\nhello\r\n0\r\nno colon\r\n\r\n"},
       {"5\r\nhello\r\n0\r\nX: y\n\n"},
       {" 5\r\nhello\r\n0\r\n\r\n", malformed},
       {"-5\r\nhello\r\n0\r\n\r\n", malformed},
       {"0x5\r\nhello\r\n0\r\n\r\n", malformed},
       {"\r\nhello\r\n0\r\n\r\n", malformed},
       {"5\r\nhello0\r\n\r\n", malformed},
       {"5\r\nhelloXX\r\n0\r\n\r\n", malformed},
       {"FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", malformed},
       {"5g\r\nhello\r\n0\r\n\r\n", malformed, guess},
       {"5\r\nhello\r\n", closed},
       {"5\r\nhello\r\n0\r\n", closed},
       {"5\r\nhello\r\n0", closed}});
  // Whole responses.
  add("", "",
      {{"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"},
       {"HTTP/1.1 200 OK\nContent-Length: 5\r\n\nhello"},
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\r\nhello"},
       {"HTTP/1.0 200 OK\r\n\r\nhello"},
       {"HTTP/1.1 200 OK\r\n\r\n", "200 0"},
       {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
       {"HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
       {"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
       {"HTTP/1.1 199 Odd\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
       {"HTTP/1.1 100 C\r\n\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
       {"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "101 0"},
       {"HTTP/1.1 100 Continue\r\n\r\n", closed},
       {"HTTP/1.1 200 OK", closed, cut},
       {"HTTP/1.1 200 OK\r\n", closed, cut},
       {"HTTP/1.1 200 OK\r\nContent-Le", closed, cut},
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", closed},
       {"HTTP/1.1 200 OK\rContent-Length: 5\r\rhello", closed},
       {"<html>hello</html>", malformed}});
  return all;
}

}  // namespace muster::test
