#include "net/error_status.hpp"

#include "support/catch.hpp"

#include <cerrno>

using namespace muster;

namespace {

struct row {
  int error;
  bool at_once;
  status expected;
  reason why;
};

}  // namespace

TEST_CASE("what the network says of a connect is the target's, what this machine says is its own") {
  for (const auto& [error, at_once, expected, why] : {
           row{ECONNREFUSED, false, status::refused, reason::connection_refused},
           row{ECONNREFUSED, true, status::refused, reason::connection_refused},
           row{ETIMEDOUT, false, status::timeout, reason::connect_timeout},
           row{ECONNRESET, false, status::reset, reason::connection_reset},
           row{EPIPE, false, status::reset, reason::connection_reset},
           row{EHOSTUNREACH, false, status::unreachable, reason::host_unreachable},
           row{EHOSTUNREACH, true, status::local_error, reason::no_route},
           row{ENETUNREACH, false, status::unreachable, reason::network_unreachable},
           row{ENETUNREACH, true, status::local_error, reason::no_route},
           row{EACCES, false, status::unreachable, reason::icmp_admin_prohibited},
           row{EACCES, true, status::local_error, reason::firewall_denied},
           row{ENOPROTOOPT, false, status::unreachable, reason::icmp_protocol_unreachable},
           row{EPERM, true, status::local_error, reason::firewall_denied},
           row{EADDRNOTAVAIL, true, status::local_error, reason::address_not_available},
           row{EIO, false, status::local_error, reason::socket_error},
       }) {
    const outcome got = outcome_of_connect_error(error, at_once);
    CAPTURE(error, at_once);
    CHECK(got.status == expected);
    CHECK(got.reason == why);
  }
}

TEST_CASE("only the host itself refuses: a router that rejects a connect for it is unreachable") {
  const ip_address host = ip_address::from_v4(0x0a00'0007);
  const ip_address router = ip_address::from_v4(0x0a00'0001);
  const auto reset = outcome_of_answered_connect(ECONNREFUSED, {}, host);
  CHECK(reset.status == status::refused);
  CHECK(reset.reason == reason::connection_refused);
  CHECK(reset.error_source == ip_address{});
  const auto own =
      outcome_of_answered_connect(ECONNREFUSED, {reason::icmp_port_unreachable, host}, host);
  CHECK(own.status == status::refused);
  CHECK(own.reason == reason::icmp_port_unreachable);
  const auto other =
      outcome_of_answered_connect(ECONNREFUSED, {reason::icmp_port_unreachable, router}, host);
  CHECK(other.status == status::unreachable);
  CHECK(other.reason == reason::icmp_port_unreachable);
  CHECK(other.error_source == router);
  const auto unreachable =
      outcome_of_answered_connect(EHOSTUNREACH, {reason::icmp_host_unreachable, router}, host);
  CHECK(unreachable.status == status::unreachable);
  CHECK(unreachable.reason == reason::host_unreachable);
  CHECK(unreachable.error_source == router);
}

TEST_CASE("a socket or a send that fails is never the target's fault") {
  CHECK(outcome_of_socket_error(EMFILE).reason == reason::too_many_open_files);
  CHECK(outcome_of_socket_error(ENFILE).reason == reason::too_many_open_files);
  CHECK(outcome_of_socket_error(EACCES).reason == reason::permission_denied);
  CHECK(outcome_of_send_error(EPERM).reason == reason::firewall_denied);
  CHECK(outcome_of_send_error(EACCES).reason == reason::firewall_denied);
  CHECK(outcome_of_send_error(ENETUNREACH).reason == reason::no_route);
  CHECK(outcome_of_send_error(EMSGSIZE).reason == reason::message_too_big);
  for (int error = 1; error < 134; ++error) {
    CHECK(outcome_of_socket_error(error).status == status::local_error);
    CHECK(outcome_of_send_error(error).status == status::local_error);
  }
}

TEST_CASE("a connection that breaks is told from a machine that fails") {
  CHECK(outcome_of_transfer_error(ECONNRESET).status == status::reset);
  CHECK(outcome_of_transfer_error(EPIPE).status == status::reset);
  CHECK(outcome_of_transfer_error(ETIMEDOUT).status == status::timeout);
  CHECK(outcome_of_transfer_error(EHOSTUNREACH).status == status::unreachable);
  CHECK(outcome_of_transfer_error(ENOBUFS).status == status::local_error);
}

TEST_CASE(
    "a Unix socket that is not there is refused, one that may not be used this user's fault") {
  struct local_row {
    int error;
    status expected;
    reason why;
  };
  for (const auto& [error, expected, why] :
       {local_row{ENOENT, status::refused, reason::no_such_socket},
        local_row{ENOTDIR, status::refused, reason::no_such_socket},
        local_row{ECONNREFUSED, status::refused, reason::connection_refused},
        local_row{EPROTOTYPE, status::refused, reason::connection_refused},
        local_row{EAGAIN, status::refused, reason::connection_refused},
        local_row{EACCES, status::local_error, reason::permission_denied},
        local_row{EIO, status::local_error, reason::socket_error}}) {
    const outcome got = outcome_of_local_connect_error(error);
    CAPTURE(error);
    CHECK(got.status == expected);
    CHECK(got.reason == why);
  }
}
