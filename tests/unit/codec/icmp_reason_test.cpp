#include "codec/icmp_message.hpp"
#include "support/catch.hpp"

#include <vector>

using namespace muster;
using namespace muster::codec;

TEST_CASE("every code of destination unreachable has its reason, and no other code has one") {
  const std::vector<reason> expected{
      reason::icmp_network_unreachable,   // 0  network
      reason::icmp_host_unreachable,      // 1  host
      reason::icmp_protocol_unreachable,  // 2  protocol
      reason::icmp_port_unreachable,      // 3  port
      reason::icmp_fragmentation_needed,  // 4
      reason::icmp_source_route_failed,   // 5
      reason::icmp_network_unreachable,   // 6  network unknown
      reason::icmp_host_unreachable,      // 7  host unknown
      reason::icmp_host_unreachable,      // 8  source host isolated
      reason::icmp_admin_prohibited,      // 9  network prohibited
      reason::icmp_admin_prohibited,      // 10 host prohibited
      reason::icmp_network_unreachable,   // 11 network, type of service
      reason::icmp_host_unreachable,      // 12 host, type of service
      reason::icmp_admin_prohibited,      // 13 communication prohibited
      reason::icmp_precedence,            // 14 host precedence violation
      reason::icmp_precedence,            // 15 precedence cutoff
  };
  for (unsigned code = 0; code < 256; ++code) {
    INFO("code " << code);
    CHECK(reason_of_v4(3, static_cast<std::uint8_t>(code)) ==
          (code < expected.size() ? expected[code] : reason::none));
  }
}

TEST_CASE("every code of ICMPv6 destination unreachable has its reason, and no other has one") {
  const std::vector<reason> expected{
      reason::icmp_no_route,             // 0
      reason::icmp_admin_prohibited,     // 1
      reason::icmp_beyond_scope,         // 2
      reason::icmp_address_unreachable,  // 3
      reason::icmp_port_unreachable,     // 4
      reason::icmp_policy_failed,        // 5
      reason::icmp_reject_route,         // 6
      reason::icmp_source_route_failed,  // 7
  };
  for (unsigned code = 0; code < 256; ++code) {
    INFO("code " << code);
    CHECK(reason_of_v6(1, static_cast<std::uint8_t>(code)) ==
          (code < expected.size() ? expected[code] : reason::none));
  }
}

TEST_CASE("time exceeded tells transit from reassembly") {
  for (const auto reason_of : {reason_of_v4, reason_of_v6}) {
    const std::uint8_t type = reason_of == reason_of_v4 ? 11 : 3;
    CHECK(reason_of(type, 0) == reason::icmp_ttl_exceeded);
    CHECK(reason_of(type, 1) == reason::icmp_reassembly_exceeded);
    for (unsigned code = 2; code < 256; ++code) {
      CHECK(reason_of(type, static_cast<std::uint8_t>(code)) == reason::none);
    }
  }
}

TEST_CASE("parameter problem and packet too big have one reason for all codes") {
  for (unsigned code = 0; code < 256; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    CHECK(reason_of_v4(12, byte) == reason::icmp_parameter_problem);
    CHECK(reason_of_v6(4, byte) == reason::icmp_parameter_problem);
    CHECK(reason_of_v6(2, byte) == reason::icmp_packet_too_big);
  }
}

TEST_CASE("no other type is an error, redirects and source quenches included") {
  for (unsigned type = 0; type < 256; ++type) {
    for (unsigned code = 0; code < 256; ++code) {
      const auto t = static_cast<std::uint8_t>(type);
      const auto c = static_cast<std::uint8_t>(code);
      if (type != 3 && type != 11 && type != 12 && reason_of_v4(t, c) != reason::none) {
        FAIL("type " << type << " code " << code);
      }
      if ((type < 1 || type > 4) && reason_of_v6(t, c) != reason::none) {
        FAIL("ICMPv6 type " << type << " code " << code);
      }
    }
  }
  SUCCEED();
}
