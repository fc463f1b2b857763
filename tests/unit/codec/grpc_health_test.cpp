#include "codec/grpc_health.hpp"

#include "support/catch.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

using namespace muster::codec;
using namespace std::string_literals;

namespace {

/// A message that is not compressed, of less than 256 bytes.
std::string framed(std::string_view message) {
  return "\0\0\0\0"s + static_cast<char>(message.size()) + std::string{message};
}

}  // namespace

TEST_CASE("a question about a gRPC service has its name, and one about the server none") {
  CHECK(grpc_health_request("") == framed(""));
  CHECK(grpc_health_request("a.B") == framed("\x0a\x03"s + "a.B"));
  const std::string longest(grpc_service_bytes_max, 's');
  CHECK(grpc_health_request(longest) == "\0\0\0\x01\x03\x0a\x80\x02"s + longest);
  CHECK_THROWS_AS(grpc_health_request(longest + 's'), std::invalid_argument);
}

TEST_CASE("what a gRPC service says of its health is read, beside fields that nobody knows yet") {
  CHECK(read_grpc_health_response(framed("\x08\x01")) == grpc_serving::serving);
  CHECK(read_grpc_health_response(framed("\x08\x02")) == 2U);
  CHECK(read_grpc_health_response(framed("")) == 0U);
  CHECK(read_grpc_health_response(framed("\x10\x05\x1a\x03"
                                         "abc\x25"
                                         "abcd\x29"
                                         "abcdefgh\x08\x01")) == 1U);
  // The last one counts.
  CHECK(read_grpc_health_response(framed("\x08\x02\x08\x01")) == 1U);
  CHECK(read_grpc_health_response(framed("\x08\x81\x00"s)) == 1U);
}

TEST_CASE("a body that is no answer about health is told from one that is") {
  for (const std::string& body :
       {""s, "\0\0\0\0"s, framed("\x08\x01") + "x", framed("\x08\x01").substr(0, 6),
        "\x01\0\0\0\x02\x08\x01"s, framed("\x08"), framed("\x08\xff"), framed("\x00\x01"s),
        framed("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), framed("\x0b\x0c"),
        framed("\x1a\x05"
               "abc"),
        framed("\x25"
               "abc"),
        framed("\x29"
               "abcdefg"),
        framed("\x1a")}) {
    CAPTURE(body.size());
    CHECK_FALSE(read_grpc_health_response(body));
  }
}

TEST_CASE("numbers of gRPC are told by their names, and those that have none as they are") {
  CHECK(grpc_serving_text(0) == "UNKNOWN");
  CHECK(grpc_serving_text(1) == "SERVING");
  CHECK(grpc_serving_text(2) == "NOT_SERVING");
  CHECK(grpc_serving_text(3) == "SERVICE_UNKNOWN");
  CHECK(grpc_serving_text(4) == "4");
  CHECK(grpc_status_text(0) == "OK");
  CHECK(grpc_status_text(5) == "NOT_FOUND");
  CHECK(grpc_status_text(12) == "UNIMPLEMENTED");
  CHECK(grpc_status_text(16) == "UNAUTHENTICATED");
  CHECK(grpc_status_text(17) == "17");
}

TEST_CASE("a status of gRPC is a whole number, and its message is percent-encoded") {
  CHECK(parse_grpc_status("14") == 14U);
  for (const char* text : {"", "-1", "1 ", "x", "4294967296"})
    CHECK_FALSE(parse_grpc_status(text));
  CHECK(decode_grpc_message("no%20such%3A x") == "no such: x");
  CHECK(decode_grpc_message("100%") == "100%");
  CHECK(decode_grpc_message("%4") == "%4");
  CHECK(decode_grpc_message("%zz%41") == "%zzA");
}
