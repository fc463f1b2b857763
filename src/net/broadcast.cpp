// Strategy: EACCES from a send can mean a broadcast address, a route that prohibits, or a security
// module. A datagram socket tells them apart, as connecting it sends nothing: only a broadcast
// address is refused at first and taken once SO_BROADCAST is set.
#include "net/broadcast.hpp"

#include "net/socket_address.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::uint16_t discard_port = 9;  // any but 0 would do

bool refused_until_asked_for(int descriptor, const socket_address& to) {
  if (::connect(descriptor, &to.base, to.size) == 0 || errno != EACCES) return false;
  const int yes = 1;
  return ::setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) == 0 &&
         ::connect(descriptor, &to.base, to.size) == 0;
}

}  // namespace

bool is_broadcast(const ip_address& address) {
  if (!address.is_v4()) return false;  // IPv6 has none
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool found = refused_until_asked_for(descriptor, {address, discard_port});
  ::close(descriptor);
  return found;
}

}  // namespace muster
