// Strategy: the plain socket calls, except for what c-ares makes of a failed UDP send. It takes any
// failure for the server's, and moves the query on to the next try.
//
// A full send buffer says nothing about the server. The datagram counts as sent, and lost: the
// query's next try makes good for it.
//
// ECONNREFUSED is the answer (an ICMP error) to an earlier datagram of this socket. Reporting it
// from a send would fail the wrong query, and the one it belongs to would wait for its timeout. So
// the datagram is sent all the same; if the server is gone, that brings the error up again, and the
// next read of the socket tells c-ares, which then moves on every query of that server.
//
// And but for datagrams that are no answers: c-ares 1.34 moves on every query of a server that
// sends one, which anybody may do in its name.
#include "net/dns_socket.hpp"

#include "net/clock.hpp"
#include "net/icmp_ancillary.hpp"
#include "net/socket_address.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include <ares.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace muster {
namespace {

// Room for the answers to many turns' questions, should the loop be busy elsewhere meanwhile. The
// kernel grants what net.core.rmem_max and wmem_max allow.
constexpr int receive_buffer_bytes = 1024 * 1024;
constexpr int send_buffer_bytes = 512 * 1024;

void set_option(int descriptor, int level, int name, int value) {
  // Best effort: the socket works without.
  (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

ares_socket_t open_socket(int family, int type, int protocol, void*) {
  const int descriptor = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (descriptor < 0) return ARES_SOCKET_BAD;
  if (type == SOCK_DGRAM) {
    set_option(descriptor, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes);
    set_option(descriptor, SOL_SOCKET, SO_SNDBUF, send_buffer_bytes);
    set_option(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  } else {
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  }
  return descriptor;
}

int close_socket(ares_socket_t descriptor, void*) { return ::close(descriptor); }

/// c-ares 1.18 knows nothing of zones.
int connect_zoned(ares_socket_t descriptor, const sockaddr* address, ares_socklen_t bytes,
                  const dns_socket_hooks& hooks) {
  if (address->sa_family != AF_INET6) return ::connect(descriptor, address, bytes);
  sockaddr_in6 zoned;
  std::memcpy(&zoned, address, sizeof zoned);
  if (zoned.sin6_scope_id == 0) zoned.sin6_scope_id = hooks.zone_of(address_of(*address));
  return ::connect(descriptor, reinterpret_cast<const sockaddr*>(&zoned), sizeof zoned);
}

bool is_datagram(int descriptor) {
  int type = 0;
  socklen_t bytes = sizeof type;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &bytes) == 0 && type == SOCK_DGRAM;
}

/// The result of a call that was to move bytes and moved none.
ares_ssize_t failed(ares_ssize_t result, void* hooks) {
  const int error = errno;
  if (error != EAGAIN && error != EINTR) static_cast<dns_socket_hooks*>(hooks)->on_failure();
  errno = error;
  return result;
}

/// recvfrom(2), and when it arrived.
ares_ssize_t receive_stamped(ares_socket_t descriptor, iovec into, int flags, sockaddr* from,
                             ares_socklen_t* from_bytes, const dns_socket_hooks& hooks) {
  alignas(cmsghdr) std::array<std::byte, 128> control;
  msghdr header{};
  header.msg_iov = &into;
  header.msg_iovlen = 1;
  header.msg_name = from;
  header.msg_namelen = from && from_bytes ? *from_bytes : 0;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ares_ssize_t got = ::recvmsg(descriptor, &header, flags);
  if (got < 0) return got;
  if (from_bytes) *from_bytes = header.msg_namelen;
  const clock_pair clock;
  const auto stamp = read_ancillary(header).stamp;
  hooks.on_arrival(stamp ? clock.steady_at(*stamp) : clock.steady());
  return got;
}

ares_ssize_t receive(ares_socket_t descriptor, void* data, size_t bytes, int flags, sockaddr* from,
                     ares_socklen_t* from_bytes, void* hooks) {
  const ares_ssize_t got = receive_stamped(descriptor, {data, bytes}, flags, from, from_bytes,
                                           *static_cast<dns_socket_hooks*>(hooks));
  if (got < 0) return failed(got, hooks);
  const std::span message{static_cast<const std::byte*>(data), static_cast<std::size_t>(got)};
  const bool may_be_answer = codec::may_be_dns_answer(message);
  auto remark = codec::remark_on(message);
  // Over TCP, the first bytes are a length or a part of one; nothing there says anything.
  if ((may_be_answer && !remark) || !is_datagram(descriptor)) return got;
  if (remark) {
    static_cast<dns_socket_hooks*>(hooks)->on_remark(*std::move(remark));
    return got;
  }
  errno = EAGAIN;
  return -1;
}

ares_ssize_t send(ares_socket_t descriptor, const iovec* parts, int count, void* hooks) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = static_cast<std::size_t>(count);
  ares_ssize_t sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
  if (sent < 0 && !is_datagram(descriptor)) return failed(sent, hooks);
  if (sent < 0 && errno == ECONNREFUSED) sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  if (errno != EAGAIN && errno != ENOBUFS) return failed(sent, hooks);
  ares_ssize_t bytes = 0;
  for (int i = 0; i < count; ++i)
    bytes += static_cast<ares_ssize_t>(parts[i].iov_len);
  return bytes;
}

// c-ares 1.34 has a newer table for the same calls, and marks the older one as deprecated.
#if ARES_VERSION >= 0x012200

int set_socket_option(ares_socket_t, ares_socket_opt_t, const void*, ares_socklen_t, void*) {
  errno = ENOSYS;  // c-ares takes that for "not wanted"; open_socket has set what is
  return -1;
}

int connect_socket(ares_socket_t descriptor, const sockaddr* address, ares_socklen_t bytes,
                   unsigned int, void* hooks) {
  return connect_zoned(descriptor, address, bytes, *static_cast<dns_socket_hooks*>(hooks));
}

ares_ssize_t send_bytes(ares_socket_t descriptor, const void* data, size_t bytes, int,
                        const sockaddr*, ares_socklen_t, void* hooks) {
  const iovec part{const_cast<void*>(data), bytes};
  return send(descriptor, &part, 1, hooks);
}

unsigned int interface_index(const char* name, void*) { return ::if_nametoindex(name); }

const char* interface_name(unsigned int index, char* name, size_t, void*) {
  return ::if_indextoname(index, name);
}

void use_functions(ares_channeldata* ares, void* hooks) {
  ares_socket_functions_ex functions{};
  functions.version = 1;
  functions.asocket = open_socket;
  functions.aclose = close_socket;
  functions.asetsockopt = set_socket_option;
  functions.aconnect = connect_socket;
  functions.arecvfrom = receive;
  functions.asendto = send_bytes;
  functions.aif_nametoindex = interface_index;
  functions.aif_indextoname = interface_name;
  ares_set_socket_functions_ex(ares, &functions, hooks);
}

#else

int connect_socket(ares_socket_t descriptor, const sockaddr* address, ares_socklen_t bytes,
                   void* hooks) {
  return connect_zoned(descriptor, address, bytes, *static_cast<dns_socket_hooks*>(hooks));
}

void use_functions(ares_channeldata* ares, void* hooks) {
  static const ares_socket_functions functions{open_socket, close_socket, connect_socket, receive,
                                               send};
  ares_set_socket_functions(ares, &functions, hooks);
}

#endif

}  // namespace

void use_dns_sockets(ares_channeldata* ares, dns_socket_hooks& hooks) {
  use_functions(ares, &hooks);
}

}  // namespace muster
