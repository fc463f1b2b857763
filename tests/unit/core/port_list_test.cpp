#include "core/port_list.hpp"

#include "support/catch.hpp"

using namespace muster;
using ports = std::vector<std::uint16_t>;

TEST_CASE("a port list holds ports and ranges, in order, each once") {
  CHECK(parse_port_list("22")->ports == ports{22});
  CHECK(parse_port_list("443,80,22")->ports == ports{443, 80, 22});
  CHECK(parse_port_list("8000-8003,80,8002")->ports == ports{8000, 8001, 8002, 8003, 80});
  CHECK(parse_port_list("65535")->ports == ports{65535});
  CHECK(parse_port_list("1-65535")->ports.size() == 65535);
}

TEST_CASE("a port list tells which ports were named in ranges only") {
  CHECK(parse_port_list("22,80")->of_ranges.empty());
  CHECK(parse_port_list("81-83,82,22,20-22")->of_ranges == ports{20, 21, 81, 83});
}

TEST_CASE("what is no port list is refused with the piece that is wrong") {
  for (const char* text : {"", ",", "80,", "0", "65536", "-1", "80-", "-80", "http", "80;443",
                           " 80", "80-443-8080", "0x50", "99999999999999999999"}) {
    const auto parsed = parse_port_list(text);
    CAPTURE(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("1 to 65535") != std::string::npos);
  }
  CHECK(parse_port_list("22,443-80").error().message.find("'443-80'") == 0);
}
