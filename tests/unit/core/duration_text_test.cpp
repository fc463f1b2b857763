#include "core/duration_text.hpp"

#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;

TEST_CASE("a length of time is a number and a unit, seconds without one") {
  CHECK(*parse_duration("3") == 3s);
  CHECK(*parse_duration("3s") == 3s);
  CHECK(*parse_duration("0.25") == 250ms);
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("1.5m") == 90s);
  CHECK(*parse_duration("1h") == 3600s);
  CHECK(*parse_duration("7us") == 7us);
  CHECK(*parse_duration("9ns") == 9ns);
  CHECK(*parse_duration("0s") == 0s);
}

TEST_CASE("what is no length of time is refused with an example of one") {
  for (const char* text :
       {"", "s", "3 s", "3sec", "-1s", "1e99s", "nan", "inf", "3s3", "1d", "0x3s"}) {
    const auto parsed = parse_duration(text);
    CAPTURE(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("250ms") != std::string::npos);
  }
}
