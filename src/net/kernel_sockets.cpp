// Strategy: one epoll for all sockets, edge-triggered for both directions from the start, so that a
// socket is registered once and never changed. Asio waits for that epoll's own descriptor. After
// one batch of events all others have their turn: new connections start as soon as others have
// ended, and a server on this machine finds one more to serve before it falls asleep, as it would
// be for the connecting side to wake it up. Only when there was nothing in a batch is Asio asked to
// watch for more.
#include "net/kernel_sockets.hpp"

#include "codec/icmp_message.hpp"
#include "net/clock.hpp"
#include "net/icmp_ancillary.hpp"
#include "net/resume.hpp"
#include "net/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <asio/post.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::uint32_t watched_events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
constexpr std::size_t batch_max = 256;

int new_epoll() {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  throw std::system_error{errno, std::system_category(), "can't watch connections (epoll_create1)"};
}

std::uint16_t read_first_ephemeral_port() {
  std::ifstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
  std::uint16_t first = 0;
  range >> first;
  return range ? first : std::uint16_t{0};
}

int set_on(int descriptor, int level, int option) {
  const int on = 1;
  return ::setsockopt(descriptor, level, option, &on, sizeof on);
}

int domain_of(socket_family family) {
  switch (family) {
    case socket_family::v4:
      return AF_INET;
    case socket_family::v6:
      return AF_INET6;
    case socket_family::local:
      break;
  }
  return AF_UNIX;
}

int connect_local(int descriptor, const std::string& path) {
  sockaddr_un remote{};
  if (path.size() >= sizeof remote.sun_path) return ENAMETOOLONG;
  remote.sun_family = AF_UNIX;
  path.copy(remote.sun_path, path.size());
  const auto* const address = reinterpret_cast<const sockaddr*>(&remote);
  return ::connect(descriptor, address, sizeof remote) == 0 ? 0 : errno;
}

std::optional<sockets::time_point> arrival(const ancillary& beside) {
  if (!beside.stamp) return {};
  return clock_pair{}.steady_at(*beside.stamp);
}

}  // namespace

// The port range is read here, so that no connect's time includes that.
kernel_sockets::kernel_sockets(asio::io_context& context) : epoll_{context, new_epoll()} {
  first_ephemeral_port();
}

sockets::opened kernel_sockets::open(socket_family family, transport kind) {
  const int type = kind == transport::stream ? SOCK_STREAM : SOCK_DGRAM;
  const int found = ::socket(domain_of(family), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return {found, found < 0 ? errno : 0};
}

int kernel_sockets::bind(int descriptor, const endpoint& from) {
  (void)set_on(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const socket_address local{from.address, 0, from.scope};
  return ::bind(descriptor, &local.base, local.size) == 0 ? 0 : errno;
}

int kernel_sockets::connect(int descriptor, const endpoint& to) {
  if (to.path) return connect_local(descriptor, *to.path);
  const socket_address remote{to.address, to.port, to.scope};
  return ::connect(descriptor, &remote.base, remote.size) == 0 ? 0 : errno;
}

void kernel_sockets::close(std::span<const int> descriptors) {
  for (auto first = descriptors.begin(); first != descriptors.end();) {
    auto last = first;
    while (last + 1 != descriptors.end() && last[1] == *last + 1)
      ++last;
    if (first == last) {
      ::close(*first);
    } else if (::close_range(static_cast<unsigned>(*first), static_cast<unsigned>(*last), 0) != 0) {
      std::for_each(first, last + 1, [](int one) { ::close(one); });
    }
    first = last + 1;
  }
}

void kernel_sockets::reset_on_close(int descriptor) {
  const linger reset{1, 0};
  (void)::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

sockets::transferred kernel_sockets::send(int descriptor, std::string_view bytes) {
  ssize_t count = 0;
  do {
    count = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return {0, errno, {}};
  return {static_cast<std::size_t>(count), 0, {}};
}

sockets::transferred kernel_sockets::receive(int descriptor, std::span<char> into) {
  alignas(cmsghdr) std::array<std::byte, 64> control;
  iovec room{into.data(), into.size()};
  msghdr header{};
  header.msg_iov = &room;
  header.msg_iovlen = 1;
  ssize_t count = 0;
  do {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    count = ::recvmsg(descriptor, &header, 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return {0, errno, {}};
  return {static_cast<std::size_t>(count), 0, arrival(read_ancillary(header))};
}

int kernel_sockets::pending_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void kernel_sockets::keep_icmp_errors(int descriptor, bool is_v4) {
  if (is_v4) {
    (void)set_on(descriptor, IPPROTO_IP, IP_RECVERR);
  } else {
    (void)set_on(descriptor, IPPROTO_IPV6, IPV6_RECVERR);
  }
}

sockets::icmp_error kernel_sockets::take_icmp_error(int descriptor) {
  alignas(cmsghdr) std::array<std::byte, 256> control;
  msghdr header{};
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  if (::recvmsg(descriptor, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return {};
  const ancillary beside = read_ancillary(header);
  if (!beside.error) return {};
  const sock_extended_err& told = *beside.error;
  icmp_error found;
  if (told.ee_origin == SO_EE_ORIGIN_ICMP) {
    found.by = {codec::reason_of_v4(told.ee_type, told.ee_code), beside.offender};
  } else if (told.ee_origin == SO_EE_ORIGIN_ICMP6) {
    found.by = {codec::reason_of_v6(told.ee_type, told.ee_code), beside.offender};
  } else {
    return {};
  }
  found.error = static_cast<int>(told.ee_errno);
  found.arrived = arrival(beside);
  return found;
}

void kernel_sockets::stamp_arrivals(int descriptor) {
  (void)set_on(descriptor, SOL_SOCKET, SO_TIMESTAMPNS);
}

endpoint kernel_sockets::local(int descriptor) {
  socket_address own;
  own.size = sizeof own.v6;
  if (::getsockname(descriptor, &own.base, &own.size) != 0) return {};
  const std::uint16_t port = own.base.sa_family == AF_INET ? own.v4.sin_port : own.v6.sin6_port;
  return {address_of(own.base), ntohs(port)};
}

std::uint16_t kernel_sockets::first_ephemeral_port() {
  static const std::uint16_t known = read_first_ephemeral_port();
  return known;
}

std::optional<std::chrono::nanoseconds> kernel_sockets::handshake_rtt(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  // Until data are sent, this is the one measurement that was made.
  if (info.tcpi_rtt == 0 || info.tcpi_total_retrans > 0) return {};
  return std::chrono::microseconds{info.tcpi_rtt};
}

int kernel_sockets::watch(int descriptor, std::uint64_t key) {
  epoll_event event{};
  event.events = watched_events;
  event.data.u64 = key;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) return errno;
  at_work_ = true;
  if (!serving_) {
    serving_ = true;
    serve(scope_, *this);
  }
  return 0;
}

int kernel_sockets::tell_again(int descriptor, std::uint64_t key) {
  epoll_event event{};
  event.events = watched_events;
  event.data.u64 = key;
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, descriptor, &event) == 0 ? 0 : errno;
}

std::size_t kernel_sockets::take_events(std::span<socket_event> into) {
  std::array<epoll_event, batch_max> events;
  const auto most = static_cast<int>(std::min(into.size(), batch_max));
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), most, 0);
  for (int i = 0; i < count; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const std::uint32_t told = events[place].events;
    socket_event& one = into[place];
    one.key = events[place].data.u64;
    one.failed = (told & (EPOLLERR | EPOLLHUP)) != 0;
    one.peer_done = one.failed || (told & EPOLLRDHUP) != 0;
    one.urgent = (told & EPOLLPRI) != 0;
    one.readable = one.peer_done || (told & (EPOLLIN | EPOLLPRI)) != 0;
    one.writable = one.failed || (told & EPOLLOUT) != 0;
  }
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void kernel_sockets::rest() {
  at_work_ = false;
  epoll_.cancel();
}

job kernel_sockets::serve(job_scope&, kernel_sockets& self) {
  bool idle = true;
  while (self.at_work_) {
    if (idle) {
      co_await self.epoll_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
    } else {
      co_await asio::post(self.epoll_.get_executor(), resume);
    }
    idle = self.dispatch_() == 0;
  }
  self.serving_ = false;
}

}  // namespace muster
