// Strategy: connecting a datagram socket sends nothing, and fails as a packet would.
#include "net/route_check.hpp"

#include "net/socket_address.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::uint16_t discard_port = 9;  // any but 0 would do

/// EINVAL is what a link-local address without its zone gets.
bool says_no_way(int error) {
  return error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL ||
         error == EAFNOSUPPORT || error == EINVAL;
}

}  // namespace

bool has_route(const ip_address& address) {
  const int family = address.is_v4() ? AF_INET : AF_INET6;
  const int descriptor = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno != EAFNOSUPPORT;
  const socket_address to{address, discard_port};
  const bool found = ::connect(descriptor, &to.base, to.size) == 0 || !says_no_way(errno);
  ::close(descriptor);
  return found;
}

}  // namespace muster
