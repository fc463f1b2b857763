#include "http_outcome.hpp"
#include "support/catch.hpp"

#include <string>

using namespace muster;
using namespace muster::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a body ends where its length, its last chunk or the connection does") {
  CHECK_THAT(outcome(ok + "Content-Length: 5\r\n\r\nabcde"),
             StartsWith("done 200 1.1 length=5 body=5 "));
  CHECK_THAT(outcome(chunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"),
             StartsWith("done 200 1.1 length=-1 body=13 "));
  CHECK_THAT(outcome(ok + "\r\nabcde", {.peer_closes = true}),
             StartsWith("done 200 1.1 length=-1 body=5 "));
  CHECK_THAT(outcome(ok + "\r\n", {.peer_closes = true}),
             StartsWith("done 200 1.1 length=-1 body=0 "));
  CHECK_THAT(outcome(ok + "Content-Length: 0\r\n\r\n"),
             StartsWith("done 200 1.1 length=0 body=0 "));
}

TEST_CASE("a body that has not ended needs more") {
  CHECK_THAT(outcome(ok + "Content-Length: 5\r\n\r\nabcd"), StartsWith("need_more 200"));
  CHECK_THAT(outcome(chunked + "3\r\nabc\r\n0\r\n"), StartsWith("need_more 200"));
  CHECK_THAT(outcome(ok + "\r\nabcde"), StartsWith("need_more 200"));
}

TEST_CASE("responses that have no body end with their head, whatever it declares") {
  const std::string declared = "Content-Length: 1000\r\n\r\n";
  CHECK_THAT(outcome(ok + declared, {.head_request = true}),
             StartsWith("done 200 1.1 length=1000 body=0 "));
  CHECK_THAT(outcome(chunked, {.head_request = true}),
             StartsWith("done 200 1.1 length=-1 body=0 "));
  CHECK_THAT(outcome(ok + "\r\n", {.head_request = true}), StartsWith("done 200"));
  CHECK_THAT(outcome("HTTP/1.1 204 No Content\r\n\r\n"), StartsWith("done 204"));
  CHECK_THAT(outcome("HTTP/1.1 304 Not Modified\r\n" + declared), StartsWith("done 304"));
}

TEST_CASE("an interim response does not make the response to a HEAD request have a body") {
  CHECK_THAT(outcome("HTTP/1.1 103 Early Hints\r\n\r\n" + ok + "Content-Length: 9\r\n\r\n",
                     {.head_request = true}),
             StartsWith("done 200 1.1 length=9 body=0 "));
}

TEST_CASE("a content length may be told more than once, but not two different ones") {
  const auto read = [](std::string_view value) {
    return outcome(ok + "Content-Length: " + std::string{value} + "\r\n\r\nabcde");
  };
  for (const std::string_view value : {"5\r\nContent-Length: 5", "5, 5", "5,5,\t5 ", "5,", ", 5",
                                       "+5", "005", "  5\t", "5\r\nContent-Length: 5, 5"}) {
    INFO(value);
    CHECK_THAT(read(value),
               StartsWith("done 200 1.1 length=5 body=5 ") && ContainsSubstring("bad=0"));
  }
  for (const std::string_view value :
       {"5\r\nContent-Length: 6", "5, 6", "6, 6\r\nContent-Length: 5",
        "5\r\nX: y\r\nContent-Length: 5, 5, 4"}) {
    INFO(value);
    CHECK_THAT(read(value), StartsWith("error:malformed 200"));
  }
}

TEST_CASE("a content length that is no number is none, and the body ends with the connection") {
  for (const std::string value :
       {"-5", "0x5", "5 5", "", "five", "5five", "5;x", "\"5\"", "5.0", "++5", "+", ",", "5, x",
        "9223372036854775808", "18446744073709551616", "99999999999999999999999999"}) {
    INFO(value);
    const std::string head = ok + "Content-Length: " + value + "\r\n";
    CHECK_THAT(outcome(head + "\r\nabcdef", {.peer_closes = true}),
               StartsWith("done 200 1.1 length=-1 body=6 ") && ContainsSubstring("bad=1"));
    CHECK_THAT(outcome(head + "Content-Length: 5\r\n\r\nabcde"),
               StartsWith("done 200 1.1 length=5 body=5 ") && ContainsSubstring("bad=1"));
  }
}

TEST_CASE("chunks count, whatever length is told beside them") {
  for (const std::string length : {"5", "3", "3, 5", "3\r\nContent-Length: 5"}) {
    INFO(length);
    const std::string told = "Content-Length: " + length + "\r\n";
    const std::string coded = "Transfer-Encoding: chunked\r\n";
    const std::string body = "\r\n3\r\nabc\r\n0\r\n\r\n";
    CHECK_THAT(outcome(ok + told + coded + body),
               StartsWith("done 200") && ContainsSubstring("body=3 "));
    CHECK_THAT(outcome(ok + coded + told + body),
               StartsWith("done 200") && ContainsSubstring("body=3 "));
  }
}

TEST_CASE("a body is in chunks when its last coding says so, and identity is no coding") {
  const std::string coded = "Transfer-Encoding: ";
  const std::string body = "\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const std::string codings :
       {"CHUNKED", " chunked ", "gzip, chunked", "identity, chunked", "chunked, identity",
        "chunked, chunked", "chunked\r\nTransfer-Encoding: chunked",
        "identity\r\nTransfer-Encoding: chunked", ",chunked,"}) {
    INFO(codings);
    CHECK_THAT(outcome(ok + coded + codings + body),
               StartsWith("done 200 1.1 length=-1 body=3 ") && ContainsSubstring("bad=0"));
  }
  CHECK_THAT(outcome("HTTP/1.0 200 OK\r\n" + coded + "chunked" + body),
             StartsWith("done 200 1.0 length=-1 body=3 "));
  for (const std::string none : {"identity", "", " , identity"}) {
    INFO(none);
    CHECK_THAT(outcome(ok + coded + none + "\r\nContent-Length: 3\r\n\r\nabc"),
               StartsWith("done 200 1.1 length=3 body=3 "));
    CHECK_THAT(outcome(ok + coded + none + "\r\n\r\nabc", {.peer_closes = true}),
               StartsWith("done 200 1.1 length=-1 body=3 "));
  }
  for (const std::string other : {"gzip", "chunked, gzip", "chunked;q=1", "chunkedx", "\"chunked\"",
                                  "chunked\r\nTransfer-Encoding: gzip"}) {
    INFO(other);
    CHECK_THAT(
        outcome(ok + coded + other + "\r\nContent-Length: 3\r\n\r\nabcde", {.peer_closes = true}),
        StartsWith("done 200 1.1 length=3 body=5 "));
  }
}

TEST_CASE("the largest content length that can be told is told") {
  CHECK_THAT(outcome(ok + "Content-Length: 9223372036854775807\r\n\r\nabcde"),
             StartsWith("need_more 200 1.1 length=9223372036854775807 body=5"));
}

TEST_CASE("chunks that are none are malformed") {
  for (const std::string chunk :
       {"zz\r\nab\r\n0\r\n\r\n", "-1\r\nab\r\n", "\r\nab\r\n0\r\n\r\n", "0x2\r\nab\r\n0\r\n\r\n",
        "10000000000000000\r\nab", "ffffffffffffffffffffff\r\nab", "2\r\nabc\r\n0\r\n\r\n",
        " 2\r\nab\r\n", "2g\r\nab\r\n", "2\r\nab0\r\n\r\n", "+2\r\nab\r\n"}) {
    INFO(chunk);
    CHECK_THAT(outcome(chunked + chunk), StartsWith("error:malformed 200"));
  }
}

TEST_CASE("chunk extensions are skipped, and blanks and what follows them as well") {
  for (const std::string after :
       {"", ";name=value", " ", "\t ", " ; a = \"b;c\"", " 3", " junk", ";\r", "\r"}) {
    INFO(after);
    CHECK_THAT(outcome(chunked + "3" + after + "\r\nabc\r\n000;last\r\n\r\n"),
               StartsWith("done 200 1.1 length=-1 body=3 "));
  }
  CHECK_THAT(outcome(chunked + "00000000000000000003\r\nabc\r\n0\r\n\r\n"), StartsWith("done 200"));
}

TEST_CASE("lines between chunks may end in LF alone") {
  CHECK_THAT(outcome(chunked + "3\nabc\n2 \nde\r\n0\nX: y\n\n"),
             StartsWith("done 200 1.1 length=-1 body=5 "));
}

TEST_CASE("a body whose last chunk is missing was closed too early") {
  for (const std::string body : {"", "3", "3\r\nab", "3\r\nabc", "3\r\nabc\r\n", "3\r\nabc\r\n0",
                                 "3\r\nabc\r\n0\r\n", "3\r\nabc\r\n0\r\nX: y\r\n"}) {
    INFO(body);
    CHECK_THAT(outcome(chunked + body, {.peer_closes = true}), StartsWith("error:closed 200"));
  }
}

TEST_CASE("a line between chunks that has no end is malformed") {
  const std::string filler(reader::chunk_line_bytes_max, 'e');
  CHECK_THAT(large_outcome(chunked + "3;" + filler + "\r\nabc\r\n0\r\n\r\n"),
             StartsWith("error:malformed 200"));
  CHECK_THAT(large_outcome(chunked + "3\r\nabc\r\n0;" + filler + "\r\n\r\n"),
             StartsWith("error:malformed 200"));
  CHECK_THAT(large_outcome(chunked + std::string(5000, '0')), StartsWith("error:malformed 200"));
  const std::string shorter(reader::chunk_line_bytes_max - 10, 'e');
  CHECK_THAT(
      large_outcome(chunked + "3;" + shorter + "\r\nabc\r\n3;" + shorter + "\r\nabc\r\n0\r\n\r\n"),
      StartsWith("done 200 1.1 length=-1 body=6 "));
}

TEST_CASE("a body in a thousand chunks is no longer than its parts") {
  std::string response = chunked;
  for (int i = 0; i < 1000; ++i)
    response += "1\r\nx\r\n";
  CHECK_THAT(large_outcome(response + "0\r\n\r\n"),
             StartsWith("done 200 1.1 length=-1 body=1000 "));
}

TEST_CASE("a transfer coding that is not chunked lasts until the connection ends") {
  CHECK_THAT(outcome(ok + "Transfer-Encoding: gzip\r\n\r\nabc", {.peer_closes = true}),
             StartsWith("done 200 1.1 length=-1 body=3 "));
}

TEST_CASE("a body is read to the cap and no further") {
  response_case with;
  with.limits.body_bytes_max = 5;
  CHECK_THAT(outcome(ok + "Content-Length: 5\r\n\r\nabcde", with),
             StartsWith("done 200 1.1 length=5 body=5 "));
  CHECK_THAT(outcome(ok + "Content-Length: 6\r\n\r\nabcdef", with),
             StartsWith("done 200 1.1 length=6 body=5+ "));
  CHECK_THAT(outcome(chunked + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", with),
             StartsWith("done 200 1.1 length=-1 body=5+ "));
  CHECK_THAT(outcome(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", with),
             StartsWith("done 200 1.1 length=-1 body=5 "));
  with.peer_closes = true;
  CHECK_THAT(outcome(ok + "\r\nabcde", with), StartsWith("done 200 1.1 length=-1 body=5 "));
  CHECK_THAT(outcome(ok + "\r\nabcdefgh", with), StartsWith("done 200 1.1 length=-1 body=5+ "));
  with.limits.body_bytes_max = 0;
  CHECK_THAT(outcome(ok + "\r\na", with), StartsWith("done 200 1.1 length=-1 body=0+ "));
}

TEST_CASE("an endless body is done at the default cap") {
  reader subject{false};
  auto state = subject.feed(ok + "\r\n");
  const std::string piece(64 * 1024, 'x');
  int pieces_read = 0;
  for (; state == reader::state::need_more && pieces_read < 100; ++pieces_read) {
    state = subject.feed(piece);
  }
  CHECK(state == reader::state::done);
  CHECK(subject.body_truncated());
  CHECK(subject.body_bytes() == codec::http_limits{}.body_bytes_max);
  CHECK(pieces_read == 17);
}

TEST_CASE("a title is looked for in HTML, and in what does not say what it is") {
  const auto page = [](const std::string& headers) {
    return outcome(ok + headers + "Content-Length: 21\r\n\r\n<title>Hello</title>\n");
  };
  CHECK_THAT(page(""), EndsWith("title=[Hello]"));
  CHECK_THAT(page("Content-Type: text/html\r\n"), EndsWith("title=[Hello]"));
  CHECK_THAT(page("content-type: Application/XHTML+XML; charset=utf-8\r\n"),
             EndsWith("title=[Hello]"));
  CHECK_THAT(page("Content-Type: text/plain\r\n"), EndsWith("title=[]"));
}

TEST_CASE("a title is found across chunks") {
  CHECK_THAT(
      outcome(chunked + "5\r\n<titl\r\n9\r\ne>Hel&am;\r\n4\r\nlo</\r\n6\r\ntitle>\r\n0\r\n\r\n"),
      EndsWith("title=[Hel&am;lo]"));
}

TEST_CASE("a title is looked for only so far into the body") {
  const std::string title = "<title>Hello</title>";
  response_case with{.peer_closes = true};
  with.title_scan_bytes_max = 50;
  CHECK_THAT(outcome(ok + "\r\n" + std::string(30, ' ') + title, with), EndsWith("title=[Hello]"));
  CHECK_THAT(outcome(ok + "\r\n" + std::string(31, ' ') + title, with), EndsWith("title=[]"));
}

TEST_CASE(
    "who looks at a body sees its bytes without their framing, up to the limit, and no other's") {
  struct keeper final : codec::body_observer {
    void begin(std::string_view content_type, std::string_view) override {
      seen += "(" + std::string{content_type} + ")";
    }
    void see(std::string_view bytes) override { seen += bytes; }
    std::string seen;
  };
  const auto seen = [](std::string_view response, bool head_request = false) {
    const auto run = [head_request](pieces parts) {
      keeper kept;
      reader subject{head_request, {.body_bytes_max = 8}, &kept};
      for (const auto part : parts)
        subject.feed(part);
      subject.finish();
      return kept.seen;
    };
    return split_feed(response, run);
  };
  CHECK(seen(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n") == "()abcde");
  CHECK(seen(ok + "Content-Type: a/b\r\nContent-Length: 3\r\n\r\nabcdef") == "(a/b)abc");
  CHECK(seen(ok + "\r\nabcdefghijk") == "()abcdefgh");
  CHECK(seen(ok + "Content-Length: 3\r\n\r\nabc", true).empty());
  CHECK(seen("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 None\r\n\r\nabc").empty());
}

TEST_CASE("what follows the cap in the same piece is not taken for framing") {
  codec::http_limits limits;
  limits.body_bytes_max = 300;
  codec::http_response_reader subject{false, limits};
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i)
    text += "100\r\n" + std::string(0x100, 'm') + "\r\n";
  CHECK(subject.feed(text) == codec::http_response_reader::state::done);
  CHECK(subject.why() == reason::none);
  CHECK(subject.body_bytes() == 300);
  CHECK(subject.body_truncated());
}
