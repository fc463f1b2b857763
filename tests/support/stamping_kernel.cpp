#include "support/stamping_kernel.hpp"

#include <array>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <tuple>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {
namespace {

bool is_before(const timespec& one, const timespec& other) {
  return std::tie(one.tv_sec, one.tv_nsec) < std::tie(other.tv_sec, other.tv_nsec);
}

/// The stamp of a datagram that the socket sent to itself, and read a millisecond later, is older
/// than that.
bool is_stamped_on_arrival(int own) {
  char byte = 0;
  if (::send(own, &byte, 1, 0) != 1) throw std::runtime_error{"a datagram could not be sent"};
  timespec sent{};
  ::clock_gettime(CLOCK_REALTIME, &sent);
  ::usleep(1000);
  iovec into{&byte, 1};
  alignas(cmsghdr) std::array<char, 64> control{};
  msghdr message{};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(own, &message, 0) != 1) throw std::runtime_error{"a datagram did not arrive"};
  const cmsghdr* const beside = CMSG_FIRSTHDR(&message);
  if (!beside || beside->cmsg_type != SCM_TIMESTAMPNS) return false;
  timespec stamp{};
  std::memcpy(&stamp, CMSG_DATA(beside), sizeof stamp);
  return !is_before(sent, stamp);
}

}  // namespace

stamping_kernel::stamping_kernel() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof own;
  const int on = 1;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  if (::setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
      ::bind(socket_, address, bytes) != 0 || ::getsockname(socket_, address, &bytes) != 0 ||
      ::connect(socket_, address, bytes) != 0) {
    ::close(socket_);
    throw std::runtime_error{"there is no socket that is told when something arrived"};
  }
  for (int tries = 0; tries < 5000; ++tries) {
    if (is_stamped_on_arrival(socket_)) return;
  }
  ::close(socket_);
  throw std::runtime_error{"the kernel does not say when something arrived"};
}

stamping_kernel::~stamping_kernel() { ::close(socket_); }

}  // namespace muster::test
