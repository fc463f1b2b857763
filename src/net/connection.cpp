// Strategy: as few system calls as a plain loop makes. A socket is made non-blocking when it is
// opened, watched once, and asked for its error only if the kernel says that there is one; one that
// is closed before anybody knew it to be connected is just closed, for there is mostly nothing to
// reset. A read
// that leaves room in its buffer has taken all there was, so nobody asks again to be told EAGAIN.
#include "net/connection.hpp"

#include "codec/icmp_message.hpp"
#include "net/clock.hpp"
#include "net/icmp_ancillary.hpp"
#include "net/socket_address.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster {
namespace {

/// The lowest port that the kernel gives to a socket by itself; only such a port can be connected
/// to from itself.
std::uint16_t first_ephemeral_port() {
  static const std::uint16_t known = [] {
    std::ifstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
    std::uint16_t first = 0;
    range >> first;
    return range ? first : std::uint16_t{0};
  }();
  return known;
}

int open_socket(const endpoint& to, int type) {
  const int family = to.address.is_v4() ? AF_INET : AF_INET6;
  return ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// Whether this machine has an address to send from towards `to`. EADDRNOTAVAIL from a TCP connect
/// may mean that it has none, or that no port is free; a datagram socket finds its source address
/// in the same way, and its ports are others.
bool has_source_address(const endpoint& to) {
  const int trial = open_socket(to, SOCK_DGRAM);
  if (trial < 0) return true;
  const socket_address remote{to.address, to.port, to.scope};
  const bool none = ::connect(trial, &remote.base, remote.size) != 0 && errno == EADDRNOTAVAIL;
  ::close(trial);
  return !none;
}

/// Has it keep ICMP errors with all that they say. A connecting stream over IPv4 gets them anyway.
void keep_icmp_errors(int descriptor, const ip_address& to) {
  const int on = 1;
  if (to.is_v4()) {
    (void)::setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
  } else {
    (void)::setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  }
}

}  // namespace

// The port range is read here, so that no connect's time includes that.
connection::connection(socket_poller& poller, shortage& scarce, transport kind)
    : socket_{poller}, scarce_{scarce}, transport_{kind} {
  first_ephemeral_port();
}

connection::progress connection::connect(const endpoint& to,
                                         const std::optional<endpoint>& source) {
  missing_ = scarce_resource::none;
  remote_ = to;
  socket_failed_ = true;
  if (const int error = prepare(to, source); error != 0) {
    return fail(error, error == EADDRINUSE ? scarce_resource::ports : shortage_of(error));
  }
  const socket_address remote{to.address, to.port, to.scope};
  const bool at_once = ::connect(socket_.descriptor(), &remote.base, remote.size) == 0;
  if (const int error = errno; !at_once && error != EINPROGRESS) {
    socket_failed_ = false;
    return fail(error, missing_for_connect(error, source));
  }
  reset_on_close_ = at_once && transport_ == transport::stream;
  if (const int error = socket_.watch(); error != 0) return fail(error, shortage_of(error));
  socket_failed_ = false;
  held_ = true;
  scarce_.taken();
  return {0, 0, !at_once};
}

int connection::prepare(const endpoint& to, const std::optional<endpoint>& source) {
  const bool is_stream = transport_ == transport::stream;
  const int descriptor = open_socket(to, is_stream ? SOCK_STREAM : SOCK_DGRAM);
  if (descriptor < 0) return errno;
  socket_.assign(descriptor);
  if (!is_stream) {
    stamp_arrivals();
    keep_icmp_errors(descriptor, to.address);
  }
  if (!source || source->address.is_v4() != to.address.is_v4()) return 0;
  // Leaves the choice of the port to the connect, which may share one between destinations.
  const int on = 1;
  (void)::setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const socket_address local{source->address, 0, source->scope};
  return ::bind(descriptor, &local.base, local.size) == 0 ? 0 : errno;
}

scarce_resource connection::missing_for_connect(int error,
                                                const std::optional<endpoint>& source) const {
  const bool bound = source && source->address.is_v4() == remote_.address.is_v4();
  if (error == EADDRNOTAVAIL && (bound || has_source_address(remote_))) {
    return scarce_resource::ports;
  }
  return error == EADDRINUSE ? scarce_resource::ports : shortage_of(error);
}

connection::progress connection::fail(int error, scarce_resource missing) {
  missing_ = missing;
  close();
  return {0, error, false};
}

void connection::close() {
  if (socket_.descriptor() < 0) return;
  if (reset_on_close_) {
    const linger reset{1, 0};
    (void)::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    reset_on_close_ = false;
  }
  socket_.close();
  if (std::exchange(held_, false)) scarce_.given_back();
}

int connection::connected(icmp_rejection& by) {
  reset_on_close_ = true;
  if (!socket_.failed()) return 0;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket_.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  // The kernel (Linux 5.10 and later) queues an ICMP error before it lets the connect fail. For
  // IPv6 it would have to be asked to, by a call for each connect.
  const int queued = take_icmp_error(by);
  if (error == 0) error = queued;
  // What was never connected leaves nothing to reset.
  reset_on_close_ = error == 0;
  return error;
}

bool connection::connected_to_itself() const {
  if (remote_.port < first_ephemeral_port()) return false;
  socket_address local;
  local.size = sizeof local.v6;
  if (::getsockname(socket_.descriptor(), &local.base, &local.size) != 0) return false;
  const std::uint16_t port =
      local.base.sa_family == AF_INET ? local.v4.sin_port : local.v6.sin6_port;
  return ntohs(port) == remote_.port && address_of(local.base) == remote_.address;
}

std::optional<std::chrono::nanoseconds> connection::handshake_rtt() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket_.descriptor(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  // Until data are sent, this is the one measurement that was made.
  if (info.tcpi_rtt == 0 || info.tcpi_total_retrans > 0) return {};
  return std::chrono::microseconds{info.tcpi_rtt};
}

connection::progress connection::write(std::string_view bytes) {
  missing_ = scarce_resource::none;
  const ssize_t count = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return {static_cast<std::size_t>(count), 0, false};
  if (errno == EINTR) return {};
  if (errno == EAGAIN) {
    socket_.used_up(writable);
    return {0, 0, true};
  }
  const int error = errno;
  missing_ = shortage_of(error);
  return {0, error, false};
}

/// Takes an ICMP error out of the socket's queue. Returns the errno that it stands for, 0 if there
/// is none.
int connection::take_icmp_error(icmp_rejection& by) {
  alignas(cmsghdr) std::array<std::byte, 256> control;
  msghdr header{};
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  if (::recvmsg(socket_.descriptor(), &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return 0;
  const ancillary beside = read_ancillary(header);
  if (!beside.error) return 0;
  const sock_extended_err& told = *beside.error;
  if (told.ee_origin == SO_EE_ORIGIN_ICMP) {
    by = {codec::reason_of_v4(told.ee_type, told.ee_code), beside.offender};
  } else if (told.ee_origin == SO_EE_ORIGIN_ICMP6) {
    by = {codec::reason_of_v6(told.ee_type, told.ee_code), beside.offender};
  } else {
    return 0;
  }
  note_arrival(beside);
  return static_cast<int>(told.ee_errno);
}

outcome connection::rejected(int error) {
  icmp_rejection by;
  if (const int queued = take_icmp_error(by); queued != 0) error = queued;
  return outcome_of_answered_connect(error, by, remote_.address);
}

void connection::stamp_arrivals() {
  const int on = 1;
  (void)::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

void connection::note_arrival(const ancillary& beside) {
  arrived_ = beside.stamp ? clock_pair{}.steady_at(*beside.stamp) : clock::now();
}

connection::progress connection::read(std::span<char> into) {
  alignas(cmsghdr) std::array<std::byte, 64> control;
  iovec room{into.data(), into.size()};
  msghdr header{};
  header.msg_iov = &room;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(socket_.descriptor(), &header, 0);
  if (count < 0 && errno == EINTR) return {0, 0, true};
  if (count < 0 && errno != EAGAIN) return {0, errno, false};
  if (count == static_cast<ssize_t>(into.size())) {
    socket_.tell_again();
  } else if (count < 0 || (!socket_.peer_done() && !socket_.urgent())) {
    // Once the peer has ended its stream, no further change will come to tell of. A byte of urgent
    // data ends a read before it, and is itself left out.
    socket_.used_up(readable);
  }
  if (count < 0) return {0, 0, true};
  note_arrival(read_ancillary(header));
  return {static_cast<std::size_t>(count), 0, false};
}

}  // namespace muster
