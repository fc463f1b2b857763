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
