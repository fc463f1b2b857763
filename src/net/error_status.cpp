#include "net/error_status.hpp"

#include <cerrno>

namespace muster {
namespace {

outcome local(reason why) { return {status::local_error, why}; }

}  // namespace

unsigned how_telling(status failure) {
  switch (failure) {
    case status::refused:
      return 4;
    case status::reset:
      return 3;
    case status::unreachable:
      return 2;
    case status::timeout:
      return 1;
    default:
      return 0;
  }
}

outcome outcome_of_send_error(int error) {
  switch (error) {
    case EPERM:
    case EACCES:  // a route that prohibits it
      return local(reason::firewall_denied);
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EINVAL:  // a link-local address without its zone leads nowhere
      return local(reason::no_route);
    case EMSGSIZE:
      return local(reason::message_too_big);
    case EADDRNOTAVAIL:
      return local(reason::address_not_available);
    default:
      return local(reason::socket_error);
  }
}

outcome outcome_of_socket_error(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
      return local(reason::too_many_open_files);
    case EADDRNOTAVAIL:
      return local(reason::address_not_available);
    case EPERM:
    case EACCES:
      return local(reason::permission_denied);
    default:
      return local(reason::socket_error);
  }
}

outcome outcome_of_connect_error(int error, bool at_once) {
  switch (error) {
    case ECONNREFUSED:
      return {status::refused, reason::connection_refused};
    case ECONNRESET:
    case EPIPE:  // in order, and then it was reset
      return {status::reset, reason::connection_reset};
    case ETIMEDOUT:
      return {status::timeout, reason::connect_timeout};
    case EHOSTUNREACH:
    case EHOSTDOWN:
      if (at_once) return local(reason::no_route);
      return {status::unreachable, reason::host_unreachable};
    case ENETUNREACH:
      if (at_once) return local(reason::no_route);
      return {status::unreachable, reason::network_unreachable};
    case ENOPROTOOPT:
      if (!at_once) return {status::unreachable, reason::icmp_protocol_unreachable};
      return local(reason::socket_error);
    case EACCES:
      // Administratively prohibited: by a router if it came later, else by a rule of this machine.
      if (!at_once) return {status::unreachable, reason::icmp_admin_prohibited};
      return local(reason::firewall_denied);
    case EPERM:
      return local(reason::firewall_denied);
    default:
      return outcome_of_send_error(error);
  }
}

outcome outcome_of_local_connect_error(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return {status::refused, reason::no_such_socket};
    case ECONNREFUSED:  // nobody listens any more, or it is a file of another kind
    case EPROTOTYPE:    // its owner takes datagrams
    case EAGAIN:        // or does not come to accept those who stand in its queue
      return {status::refused, reason::connection_refused};
    default:
      return outcome_of_socket_error(error);
  }
}

outcome outcome_of_answered_connect(int error, const icmp_rejection& by, const ip_address& host) {
  outcome found = outcome_of_connect_error(error, false);
  if (by.why == reason::none) return found;
  found.error_source = by.from;
  if (found.status == status::refused) {
    found.reason = by.why;
    if (by.from != host) found.status = status::unreachable;
  }
  return found;
}

outcome outcome_of_transfer_error(int error) {
  switch (error) {
    case ECONNRESET:
    case EPIPE:
      return {status::reset, reason::connection_reset};
    case EPROTO:
      return {status::tls_error, reason::tls_broken};
    case ETIMEDOUT:
      return {status::timeout, reason::transfer_timeout};
    case EHOSTUNREACH:
      return {status::unreachable, reason::host_unreachable};
    case ENETUNREACH:
      return {status::unreachable, reason::network_unreachable};
    default:
      return local(reason::socket_error);
  }
}

}  // namespace muster
