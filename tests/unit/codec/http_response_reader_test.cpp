#include "codec/http_response_reader.hpp"

#include "http_outcome.hpp"
#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace muster;
using namespace muster::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\n";
constexpr std::string_view empty_body = "Content-Length: 0\r\n\r\n";

std::string with_header(std::string_view header) {
  return outcome(std::string{ok}.append(header).append("\r\n").append(empty_body));
}

}  // namespace

TEST_CASE("an ordinary response is read with all that is reported of it") {
  CHECK(outcome("HTTP/1.1 200 OK\r\n"
                "Server: nginx/1.22.1\r\n"
                "Date: Tue, 14 Jan 2025 10:00:00 GMT\r\n"
                "Content-Type: text/html; charset=utf-8\r\n"
                "Content-Length: 42\r\n"
                "Connection: close\r\n"
                "\r\n"
                "<html><title>It works!</title></html>\r\n...") ==
        "done 200 1.1 length=42 body=42 server=[nginx/1.22.1] type=[text/html; charset=utf-8] "
        "location=[] bad=0 title=[It works!]");
}

TEST_CASE("lines of a head may end in LF alone, mixed with those that end in CR LF") {
  const std::string expected{
      "done 200 1.1 length=5 body=5 server=[x y] type=[text/html] location=[] bad=0 title=[]"};
  CHECK(outcome("HTTP/1.1 200 OK\nServer: x y\nContent-Type: text/html\nX:\nContent-Length: 5\n\n"
                "a\nb\r\n") == expected);
  CHECK(outcome("HTTP/1.1 200 OK\r\nServer: x y\nContent-Type: text/html\r\nContent-Length: 5\n\r\n"
                "a\nb\r\n") == expected);
  CHECK(outcome("\nHTTP/1.1 200\nServer: x y \nContent-Type: text/html\nContent-Length: 5\r\n\n"
                "a\nb\r\n") == expected);
  CHECK_THAT(outcome("HTTP/1.1 100 Continue\n\nHTTP/1.1 204 None\nServer: z\n\n"),
             StartsWith("done 204") && ContainsSubstring("server=[z]"));
  // Bodies are left as they are, and the trailers after them are like heads.
  CHECK_THAT(outcome("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
                     "3\r\n\n\n\n\r\n0\r\nX-Sum: 1\nX-Sum: 2\n\n"),
             StartsWith("done 200 1.1 length=-1 body=3 "));
  CHECK_THAT(outcome("HTTP/1.0 200 OK\n\n\n\n", {.peer_closes = true}),
             StartsWith("done 200 1.0 length=-1 body=2 "));
}

TEST_CASE("a CR alone ends no line, and several before a LF end one") {
  CHECK_THAT(outcome("HTTP/1.1 200 OK\rServer: x\rContent-Length: 0\r\r", {.peer_closes = true}),
             StartsWith("error:closed 0"));
  CHECK_THAT(with_header("Server: x\r"),
             ContainsSubstring("server=[x]") && ContainsSubstring("bad=0"));
  CHECK_THAT(outcome("HTTP/1.1 204 None\r\nServer: x\r\n\r\r\n"), StartsWith("done 204"));
}

TEST_CASE("a redirect is read with its location") {
  CHECK(outcome("HTTP/1.1 301 Moved Permanently\r\nLocation: https://example.com/\r\n"
                "Content-Length: 0\r\n\r\n") ==
        "done 301 1.1 length=0 body=0 server=[] type=[] location=[https://example.com/] bad=0 "
        "title=[]");
}

TEST_CASE("status lines may lack their reason, and 1.0 may stand where 1.1 may") {
  CHECK_THAT(outcome("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), StartsWith("done 200 1.1"));
  CHECK_THAT(outcome("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"), StartsWith("done 404 1.1"));
  CHECK_THAT(outcome("HTTP/1.0 999 Odd\r\nContent-Length: 0\r\n\r\n"), StartsWith("done 999 1.0"));
  CHECK_THAT(outcome("HTTP/1.1 200 Sch\xc3\xb6n\r\nContent-Length: 0\r\n\r\n"),
             StartsWith("done 200 1.1"));
}

TEST_CASE("header names are matched in any case, and values are trimmed") {
  CHECK_THAT(with_header("SERVER: \t x y \t "), ContainsSubstring("server=[x y]"));
  CHECK_THAT(with_header("sErVeR:x"), ContainsSubstring("server=[x]"));
  CHECK_THAT(with_header("Server:"), ContainsSubstring("server=[]"));
  CHECK_THAT(with_header("X-Server: x\r\nServer-X: y\r\nServe: z"), ContainsSubstring("server=[]"));
  CHECK_THAT(with_header("Server: caf\xc3\xa9 \xff"),
             ContainsSubstring("server=[caf\xc3\xa9 \xff]"));
}

TEST_CASE("of a repeated header the first counts") {
  CHECK_THAT(with_header("Server: one\r\nserver: two"), ContainsSubstring("server=[one]"));
  CHECK_THAT(with_header("Server:\r\nserver: two"), ContainsSubstring("server=[]"));
  CHECK_THAT(with_header("Location: /a\r\nLocation: /b"), ContainsSubstring("location=[/a]"));
}

TEST_CASE("values that are kept are cut off, but a long location is dropped") {
  const auto value_of = [](std::string_view name, std::size_t size) {
    return large_outcome(std::string{ok}.append(name).append(": ").append(size, 'v').append(
        "\r\nContent-Length: 0\r\n\r\n"));
  };
  const std::string most(reader::value_bytes_max, 'v');
  CHECK_THAT(value_of("Server", most.size() + 1), ContainsSubstring("server=[" + most + "]"));
  CHECK_THAT(value_of("Content-Type", most.size() * 4), ContainsSubstring("type=[" + most + "]"));
  const std::string longest(reader::location_bytes_max, 'v');
  CHECK_THAT(value_of("Location", longest.size()), ContainsSubstring("location=[" + longest + "]"));
  CHECK_THAT(value_of("Location", longest.size() + 1), ContainsSubstring("location=[]"));
}

TEST_CASE("what is not HTTP at all is malformed from its first wrong byte") {
  for (const std::string_view garbage :
       {std::string_view{"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"},
        std::string_view{"\x15\x03\x03\x00\x02\x02\x28", 7},  // A TLS alert: handshake failure.
        std::string_view{"<html><title>HTTP/0.9</title></html>"},
        std::string_view{"220 mail.example.com ESMTP\r\n"}, std::string_view{"HTTPS/1.1 200"},
        std::string_view{" HTTP/1.1 200 OK\r\n"}, std::string_view{"\rHTTP/1.1 200"},
        std::string_view{"HTTP 200 OK\r\n\r\n"}, std::string_view{"HTTP/x.1 200 OK\r\n\r\n"},
        std::string_view{"GET / HTTP/1.1\r\n\r\n"}, std::string_view{"\0\0\0\0", 4},
        std::string_view{"HTTP/1.1 2x0 OK\r\n\r\n"}, std::string_view{"HTTP/1.1  OK\r\n\r\n"}}) {
    INFO(garbage);
    CHECK_THAT(outcome(garbage), StartsWith("error:malformed 0 "));
  }
}

TEST_CASE("status lines may be written in other ways than the standard's") {
  const auto read = [](std::string_view line) {
    return outcome(std::string{line} + "\r\nContent-Length: 0\r\n\r\n");
  };
  for (const std::string_view line :
       {"HTTP/1.1  200 OK", "HTTP/1.1\t200\tOK", "HTTP/1.1    200   OK", "HTTP/1.1 200OK",
        "http/1.1 200 ok", "HTTP/1.1 200 \xe9\x01\x7f", "HTTP/1.1 200.5",
        "\r\n\r\r\nHTTP/1.1 200 OK", "HTTP/1.1 200 O\rK"}) {
    INFO(line);
    CHECK_THAT(read(line), StartsWith("done 200 1.1 ") && ContainsSubstring("bad=0"));
  }
  CHECK_THAT(read("HTTP/2.0 200 OK"), StartsWith("done 200 2.0 "));
  CHECK_THAT(read("HTTP/2 200"), StartsWith("done 200 2 "));
  CHECK_THAT(read("HTTP/1 200 OK"), StartsWith("done 200 1 "));
  CHECK_THAT(read("HTTP/1.2 200 OK"), StartsWith("done 200 1.2 "));
  CHECK_THAT(read("ICY 200 OK"), StartsWith("done 200 1.0 "));
}

TEST_CASE("versions that are none of 1 or 2 are malformed") {
  for (const std::string version :
       {"0.9", "3.0", "3", "1.10", "11", "1.", "1.x", "1,1", "", "1.1.1"}) {
    INFO(version);
    CHECK_THAT(outcome("HTTP/" + version + " 200 OK\r\nContent-Length: 0\r\n\r\n"),
               StartsWith("error:malformed 0 "));
  }
}

TEST_CASE("status codes that are no three digits from 100 on are malformed") {
  for (const std::string code :
       {"0", "99", "099", "1000", "2000", "-20", "99999999999", "", "OK"}) {
    INFO(code);
    CHECK_THAT(outcome("HTTP/1.1 " + code + " OK\r\nContent-Length: 0\r\n\r\n"),
               StartsWith("error:malformed 0 "));
  }
  CHECK_THAT(outcome("HTTP/1.1200 OK\r\n"), StartsWith("error:malformed 0 "));
  CHECK_THAT(outcome("HTTP/1.1\r\n"), StartsWith("error:malformed 0 "));
}

TEST_CASE("lines that are no headers are skipped and counted") {
  using namespace std::string_view_literals;
  for (const std::string_view line :
       {"no colon"sv, "HTTP/1.1 500 Again"sv, ": no name"sv, "Server : x"sv, "Ser ver: x"sv,
        "\xe9: x"sv, "name\x01: x"sv, "Server: a\x01z"sv, "Server: a\x7fz"sv, "Server: a\0z"sv,
        "Server\0: x"sv, "Server: a\rb"sv, " folded: onto nothing"sv,
        "no colon\r\n Server: folded onto it"sv}) {
    INFO(line);
    const bool two = line.find('\n') != line.npos;
    CHECK_THAT(with_header(line), StartsWith("done 200 1.1 length=0 body=0 server=[] ") &&
                                      ContainsSubstring(two ? "bad=2" : "bad=1"));
  }
  CHECK_THAT(outcome("HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\nServer: x\r\n"
                     "Content-Length: 2\r\n\r\nab"),
             StartsWith("done 200 1.1 length=2 body=2 server=[x]") && ContainsSubstring("bad=1"));
  CHECK_THAT(outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "0\r\nno colon\r\n\r\n"),
             StartsWith("done 200") && ContainsSubstring("bad=1"));
  CHECK_THAT(outcome("HTTP/1.1 100 Continue\r\nno colon\r\n\r\nHTTP/1.1 204 None\r\n\r\n"),
             StartsWith("done 204") && ContainsSubstring("bad=0"));
}

TEST_CASE("a header goes on in lines that begin with a blank") {
  CHECK_THAT(with_header("Server: x\r\n y\r\n\tz \r\n \r\nLocation:\r\n /here"),
             ContainsSubstring("server=[x y z]") && ContainsSubstring("location=[/here]") &&
                 ContainsSubstring("bad=0"));
  CHECK_THAT(with_header("X-Other: x\r\n Server: y"),
             ContainsSubstring("server=[]") && ContainsSubstring("bad=0"));
  CHECK_THAT(outcome("HTTP/1.1 200 OK\r\nContent-Length:\r\n 3\r\n\r\nabc"),
             StartsWith("done 200 1.1 length=3 body=3"));
}

TEST_CASE("interim responses are skipped, with their headers, up to the final one") {
  CHECK(outcome("HTTP/1.1 100 Continue\r\n\r\n"
                "HTTP/1.1 103 Early Hints\r\nServer: hint\r\nLink: </s.css>\r\n\r\n"
                "HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n"
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab") ==
        "done 200 1.0 length=2 body=2 server=[] type=[] location=[] bad=0 title=[]");
}

TEST_CASE("an interim response alone is no answer yet") {
  CHECK_THAT(outcome("HTTP/1.1 100 Continue\r\n\r\n"), StartsWith("need_more 0 "));
  CHECK_THAT(outcome("HTTP/1.1 100 Continue\r\n\r\n", {.peer_closes = true}),
             StartsWith("error:closed 0 "));
}

TEST_CASE("interim responses are limited in number") {
  const auto interim = [](int count) {
    std::string response;
    for (int i = 0; i < count; ++i)
      response += "HTTP/1.1 100 Continue\r\n\r\n";
    return outcome(response + "HTTP/1.1 204 No Content\r\n\r\n");
  };
  CHECK_THAT(interim(reader::interim_responses_max), StartsWith("done 204"));
  CHECK_THAT(interim(reader::interim_responses_max + 1), StartsWith("error:malformed"));
  CHECK_THAT(interim(10), StartsWith("error:malformed"));
}

TEST_CASE("101 is final, and what follows it is another protocol") {
  CHECK_THAT(outcome("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n\r\n"),
             StartsWith("done 101 1.1 length=-1 body=0"));
  CHECK_THAT(outcome("HTTP/1.1 101 Switching Protocols\r\n\r\n"), StartsWith("done 101"));
  test::reader response{false};
  response.feed("HTTP/1.1 101 Switching Protocols\r\nX: y\r\n");
  CHECK(response.left_over() == 0);
  CHECK(response.feed("\r\nframes") == test::reader::state::done);
  CHECK(response.left_over() == 6);
}

TEST_CASE("a head of exactly the limit is read, and one byte more is too large") {
  const std::string head{"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 3\r\n\r\n"};
  response_case with;
  with.limits.header_bytes_max = head.size();
  CHECK_THAT(outcome(head + "abc", with), StartsWith("done 200 1.1 length=3 body=3"));
  with.limits.header_bytes_max = head.size() - 1;
  CHECK_THAT(outcome(head + "abc", with), StartsWith("error:too_large 200 1.1"));
  with.limits.header_bytes_max = 0;
  CHECK_THAT(outcome(head + "abc", with), StartsWith("error:too_large 0"));
}

TEST_CASE("headers without end are too large, in whatever shape") {
  const auto endless = [](std::string_view begin, std::string_view repeated) {
    std::string response{begin};
    while (response.size() < 40 * 1024)
      response += repeated;
    return large_outcome(response);
  };
  CHECK_THAT(endless(ok, "X-Header: some value\r\n"), StartsWith("error:too_large 200"));
  CHECK_THAT(endless("HTTP/1.1 200 OK\r\nServer: ", "v"), StartsWith("error:too_large 200"));
  CHECK_THAT(endless(ok, "n"), StartsWith("error:too_large 200"));
  CHECK_THAT(endless("HTTP/1.1 200 ", "reason "), StartsWith("error:too_large 0"));
  CHECK_THAT(endless(std::string{ok} + "Server: x\r\n", " folded\r\n"),
             StartsWith("error:too_large 200"));
  CHECK_THAT(endless("", "\r\n"), StartsWith("error:too_large 0"));
}

TEST_CASE("a line is looked at only as far as anything is made of it") {
  const std::string response = std::string{ok} + "Server: x\r\nX: " + std::string(12 * 1024, 'v') +
                               "\x01\r\n" + std::string{empty_body};
  CHECK_THAT(large_outcome(response),
             StartsWith("done 200 1.1 length=0 body=0 server=[x]") && ContainsSubstring("bad=0"));
}

TEST_CASE("interim responses and trailers count towards the limit of the headers") {
  const std::string interim{"HTTP/1.1 100 Continue\r\n\r\n"};
  const std::string head{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"};
  const std::string body{"3\r\nabc\r\n0\r\n"};
  const std::string trailers{"X-Checksum: 1234\r\n\r\n"};
  response_case with;
  with.limits.header_bytes_max = interim.size() + head.size() + trailers.size();
  CHECK_THAT(outcome(interim + head + body + trailers, with), StartsWith("done 200 1.1"));
  --with.limits.header_bytes_max;
  CHECK_THAT(outcome(interim + head + body + trailers, with), StartsWith("error:too_large 200"));
}

TEST_CASE("trailers are no headers") {
  CHECK_THAT(
      outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "0\r\nServer: late\r\nLocation: /late\r\n\r\n"),
      StartsWith("done 200") && ContainsSubstring("server=[]") && ContainsSubstring("location=[]"));
}

TEST_CASE("a connection that closes too soon is told from one that ends the body") {
  const std::string response{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"};
  for (std::size_t size = 0; size < response.size(); ++size) {
    INFO(size << " bytes");
    CHECK_THAT(outcome(response.substr(0, size), {.peer_closes = true}),
               StartsWith("error:closed"));
  }
  CHECK_THAT(outcome(response, {.peer_closes = true}), StartsWith("done 200"));
  CHECK_THAT(outcome("SSH-2.0", {.peer_closes = true}), StartsWith("error:malformed"));
}

TEST_CASE("a reader that was moved goes on where it was") {
  reader first{false};
  first.feed("HTTP/1.1 200 OK\r\nServer: mo");
  reader second{std::move(first)};
  second.feed("ved\r\nContent-Length: 2\r\n\r\na");
  reader third{true};
  third = std::move(second);
  CHECK(third.feed("b") == reader::state::done);
  CHECK(third.server() == "moved");
}
TEST_CASE("a response says whether another request can follow on its connection") {
  const auto keeps = [](std::string_view bytes, bool head = false) {
    codec::http_response_reader subject{head};
    subject.feed(bytes);
    return subject.keeps_connection();
  };
  const std::string end = "Content-Length: 2\r\n\r\nab";
  const std::string now = "HTTP/1.1 200 OK\r\n";
  const std::string before = "HTTP/1.0 200 OK\r\n";
  CHECK(keeps(now + end));
  CHECK(keeps(now + "Connection: keep-alive\r\n" + end));
  CHECK(keeps(now + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n"));
  CHECK(keeps("HTTP/1.1 304 Not Modified\r\n\r\n"));
  CHECK(keeps(now + "Content-Length: 2\r\n\r\n", true));
  CHECK(keeps(before + "Connection: x, Keep-Alive\r\n" + end));
  CHECK_FALSE(keeps(before + end));
  CHECK_FALSE(keeps(now + "Connection: CLOSE\r\n" + end));
  CHECK_FALSE(keeps(now + "Connection: keep-alive\r\nConnection: x ,close\r\n" + end));
  CHECK_FALSE(keeps(now + "Connection: " + std::string(2000, 'x') + "\r\n" + end));
  CHECK_FALSE(keeps(now + end + "c"));
  CHECK_FALSE(keeps(now + "Content-Length: 3\r\n\r\nab"));
  CHECK_FALSE(keeps(now + "\r\nab"));
  CHECK_FALSE(keeps("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  codec::http_response_reader capped{false, {.body_bytes_max = 1}};
  capped.feed(now + end);
  CHECK_FALSE(capped.keeps_connection());
}
