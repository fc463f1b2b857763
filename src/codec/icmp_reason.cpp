#include "codec/icmp_message.hpp"

namespace muster::codec {

namespace {

// Destination unreachable: codes 0 to 5 are from RFC 792, 6 to 12 from RFC 1122, 13 to 15 from
// RFC 1812. Later, finer spellings of "network" and "host unreachable" share their reason.
reason unreachable_v4(std::uint8_t code) {
  switch (code) {
    case 0:   // network
    case 6:   // network unknown
    case 11:  // network, for this type of service
      return reason::icmp_network_unreachable;
    case 1:   // host
    case 7:   // host unknown
    case 8:   // source host isolated
    case 12:  // host, for this type of service
      return reason::icmp_host_unreachable;
    case 2:
      return reason::icmp_protocol_unreachable;
    case 3:
      return reason::icmp_port_unreachable;
    case 4:
      return reason::icmp_fragmentation_needed;
    case 5:
      return reason::icmp_source_route_failed;
    case 9:   // network administratively prohibited
    case 10:  // host administratively prohibited
    case 13:  // communication administratively prohibited
      return reason::icmp_admin_prohibited;
    case 14:  // host precedence violation
    case 15:  // precedence cutoff in effect
      return reason::icmp_precedence;
    default:
      return reason::none;
  }
}

reason unreachable_v6(std::uint8_t code) {
  switch (code) {
    case 0:
      return reason::icmp_no_route;
    case 1:
      return reason::icmp_admin_prohibited;
    case 2:
      return reason::icmp_beyond_scope;
    case 3:
      return reason::icmp_address_unreachable;
    case 4:
      return reason::icmp_port_unreachable;
    case 5:
      return reason::icmp_policy_failed;
    case 6:
      return reason::icmp_reject_route;
    case 7:
      return reason::icmp_source_route_failed;  // RFC 6550
    default:
      return reason::none;
  }
}

reason time_exceeded(std::uint8_t code) {
  switch (code) {
    case 0:
      return reason::icmp_ttl_exceeded;
    case 1:
      return reason::icmp_reassembly_exceeded;
    default:
      return reason::none;
  }
}

}  // namespace

reason reason_of_v4(std::uint8_t type, std::uint8_t code) {
  switch (type) {
    case 3:
      return unreachable_v4(code);
    case 11:
      return time_exceeded(code);
    case 12:
      return reason::icmp_parameter_problem;
    default:
      return reason::none;
  }
}

reason reason_of_v6(std::uint8_t type, std::uint8_t code) {
  switch (type) {
    case 1:
      return unreachable_v6(code);
    case 2:
      return reason::icmp_packet_too_big;  // RFC 4443, 3.2: the code is to be ignored.
    case 3:
      return time_exceeded(code);
    case 4:
      return reason::icmp_parameter_problem;
    default:
      return reason::none;
  }
}

}  // namespace muster::codec
