#include "core/status_code_list.hpp"

#include "support/catch.hpp"

using namespace muster;

namespace {

/// The codes of 0 to 999 that a list holds, as ranges.
std::string codes_of(std::string_view text) {
  const auto list = parse_status_codes(text);
  REQUIRE(list);
  std::string out;
  for (int code = 0; code < 1000; ++code) {
    if (!list->contains(code) || (code > 0 && list->contains(code - 1))) continue;
    int last = code;
    while (last < 999 && list->contains(last + 1))
      ++last;
    out += std::to_string(code) + '-' + std::to_string(last) + ' ';
  }
  return out;
}

}  // namespace

TEST_CASE("a list of status codes holds codes, ranges and classes") {
  CHECK(codes_of("200") == "200-200 ");
  CHECK(codes_of("404,200,201") == "200-201 404-404 ");
  CHECK(codes_of("200-204,4xx") == "200-204 400-499 ");
  CHECK(codes_of("2xx-3xx") == "200-399 ");
  CHECK(codes_of("200-299,250-310") == "200-310 ");
  CHECK(codes_of("999,100") == "100-100 999-999 ");
  CHECK(codes_of("any") == "0-999 ");
}

TEST_CASE("by default the codes that say that all is well are expected, redirects among them") {
  const status_codes usual;
  CHECK(usual.contains(200));
  CHECK(usual.contains(399));
  for (const int code : {100, 199, 400, 404, 500, 503, 999})
    CHECK_FALSE(usual.contains(code));
}

TEST_CASE("what is no list of status codes is refused with the piece that is wrong") {
  for (const char* text : {"", ",", "200,", "99", "1000", "0xx", "xxx", "2x", "ok", "-1", "200-",
                           "300-200", "200;204", " 200", "any,200", "+20"}) {
    const auto list = parse_status_codes(text);
    CAPTURE(text);
    REQUIRE_FALSE(list);
    CHECK(list.error().message.find("or any") != std::string::npos);
  }
  CHECK(parse_status_codes("200,4x4").error().message.find("'4x4'") == 0);
}
