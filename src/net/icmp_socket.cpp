// Strategy: everything that sendmmsg and recvmmsg need is prepared once; for each request only the
// address changes here. A raw IPv4 packet carries its source in its header, so the kernel is not
// asked for it a second time.
#include "net/icmp_socket.hpp"

#include "net/broadcast.hpp"
#include "net/clock.hpp"
#include "net/icmp_ancillary.hpp"
#include "net/resume.hpp"
#include "net/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <linux/sock_diag.h>
#include <sys/socket.h>

namespace muster {
namespace {

// More than any error quotes; no power of two, so that the first lines of all buffers, which are
// all that is used of most, don't compete for the same places of the cache.
constexpr std::size_t receive_bytes_min = 2048 + 64;
// IP header with options, and what an error puts before the request that it quotes.
constexpr std::size_t headers_bytes_max = 128;
constexpr std::size_t control_bytes = 192;
constexpr std::size_t ipv4_header_bytes = 20;
constexpr std::size_t ipv4_source_offset = 12;

icmp_framing framing_of(codec::ip_family family, icmp_socket_mode mode) {
  if (family == codec::ip_family::v6) return icmp_framing::v6;
  return mode == icmp_socket_mode::raw ? icmp_framing::raw_v4 : icmp_framing::datagram_v4;
}

ip_address source_of_ipv4(std::span<const std::byte> packet) {
  if (packet.size() < ipv4_header_bytes) return {};
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(packet[ipv4_source_offset + i]);
  }
  return ip_address::from_v4(value);
}

// Errors in a row that may be an earlier request's.
constexpr int pardons_max = 8;

using socket_memory = std::array<std::uint32_t, SK_MEMINFO_VARS>;

socket_memory memory_of(int descriptor) {
  socket_memory memory{};
  socklen_t size = sizeof memory;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return {};
  return memory;
}

bool is_nearly_full(const socket_memory& memory) {
  return memory[SK_MEMINFO_RMEM_ALLOC] >= memory[SK_MEMINFO_RCVBUF] / 4 * 3;
}

void forget_pending_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  (void)::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);  // reading it clears it
}

bool is_shortage(int error) { return error == EAGAIN || error == ENOBUFS || error == ENOMEM; }

}  // namespace

struct icmp_socket::send_batch {
  send_batch() {
    for (std::size_t i = 0; i < batch_max; ++i) {
      headers[i].msg_hdr.msg_iov = &pieces[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = &addresses[i].base;
    }
  }

  std::array<socket_address, batch_max> addresses;
  std::array<iovec, batch_max> pieces{};
  std::array<mmsghdr, batch_max> headers{};
};

struct icmp_socket::receive_batch {
  explicit receive_batch(std::size_t message_bytes_)
      : message_bytes{message_bytes_},
        bytes{std::make_unique_for_overwrite<std::byte[]>(batch_max * message_bytes_)} {
    for (std::size_t i = 0; i < batch_max; ++i) {
      pieces[i] = {&bytes[i * message_bytes], message_bytes};
      headers[i].msg_hdr.msg_iov = &pieces[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_control = controls[i].bytes;
    }
  }
  void reset(std::size_t first, std::size_t last, bool with_source) {
    for (std::size_t i = first; i < last; ++i) {
      auto& header = headers[i].msg_hdr;
      header.msg_name = with_source ? &addresses[i].base : nullptr;
      header.msg_namelen = with_source ? sizeof addresses[i].v6 : 0;
      header.msg_controllen = control_bytes;
      header.msg_flags = 0;
    }
  }
  struct alignas(cmsghdr) control {
    std::byte bytes[control_bytes];
  };

  std::size_t message_bytes;
  // Left as it is until something comes, as most of it is never touched.
  std::unique_ptr<std::byte[]> bytes;
  std::array<socket_address, batch_max> addresses;
  std::array<iovec, batch_max> pieces{};
  std::array<control, batch_max> controls;
  std::array<mmsghdr, batch_max> headers{};
  std::array<codec::icmp_message, batch_max> errors;
};

icmp_socket::icmp_socket(asio::io_context& context, codec::ip_family family,
                         const opened_icmp_socket& opened, std::size_t message_bytes)
    : framing_{framing_of(family, opened.mode)},
      checks_sums_{family == codec::ip_family::v6 && opened.mode == icmp_socket_mode::raw},
      descriptor_{opened.descriptor},
      socket_{context, opened.descriptor},
      send_{std::make_unique<send_batch>()},
      receive_{std::make_unique<receive_batch>(
          std::max(receive_bytes_min, message_bytes + headers_bytes_max))} {}

icmp_socket::~icmp_socket() = default;

// An error that an earlier request brought in, on a raw socket somebody else's even, is reported by
// the next send and is not that one's fault. It is taken from the socket, and the send repeated, as
// often as errors may come in between; EPERM is a local rule's answer and never comes from the
// network. What only the network can say of an earlier request is no reason for this one to fail,
// ever: it waits.
send_progress icmp_socket::send(std::span<const outgoing_echo> requests) {
  send_batch& batch = *send_;
  const std::size_t count = std::min(requests.size(), batch_max);
  for (std::size_t i = 0; i < count; ++i) {
    const auto message = requests[i].message;
    batch.pieces[i] = {const_cast<std::byte*>(message.data()), message.size()};
    batch.addresses[i] = socket_address{requests[i].to, 0, requests[i].scope};
    batch.headers[i].msg_hdr.msg_namelen = batch.addresses[i].size;
  }
  for (int pardoned = 0;;) {
    const int sent = ::sendmmsg(descriptor_, batch.headers.data(), static_cast<unsigned>(count), 0);
    if (sent > 0) return {static_cast<std::size_t>(sent), 0};
    if (errno == EINTR) continue;
    const int error = errno;
    const bool may_be_older = !is_shortage(error) && error != EPERM;
    if (may_be_older && pardoned++ < pardons_max) {
      forget_pending_error(descriptor_);
      continue;
    }
    if (error == ECONNREFUSED) return {0, EAGAIN};
    return {0, error, error == EACCES && is_broadcast(requests.front().to)};
  }
}

std::size_t icmp_socket::receive(std::span<incoming_icmp> into) {
  // Only reading makes room, so a buffer that has overflowed is full until now.
  if (checks_sums_ && !was_full_) was_full_ = is_nearly_full(memory_of(descriptor_));
  const std::size_t got = receive_from(into, 0, 0);
  if (got == into.size()) return got;
  return receive_from(into, got, MSG_ERRQUEUE);
}

std::size_t icmp_socket::receive_from(std::span<incoming_icmp> into, std::size_t first, int flags) {
  receive_batch& batch = *receive_;
  const std::size_t last = std::min(into.size(), batch_max);
  if (first == last) return first;
  const bool from_queue = (flags & MSG_ERRQUEUE) != 0;
  // What an error quotes there begins with the ICMP header.
  const bool source_in_packet = framing_ == icmp_framing::raw_v4 && !from_queue;
  batch.reset(first, last, !source_in_packet);
  const int got = ::recvmmsg(descriptor_, &batch.headers[first],
                             static_cast<unsigned>(last - first), flags | MSG_DONTWAIT, nullptr);
  if (got <= 0) return first;
  const clock_pair clock;
  const std::size_t end = first + static_cast<std::size_t>(got);
  std::size_t kept = first;
  for (std::size_t i = first; i < end; ++i) {
    const ancillary beside = read_ancillary(batch.headers[i].msg_hdr);
    if (from_queue && !beside.error) continue;
    incoming_icmp& message = into[kept++];
    message.bytes = {&batch.bytes[i * batch.message_bytes],
                     std::min<std::size_t>(batch.headers[i].msg_len, batch.message_bytes)};
    message.source =
        source_in_packet ? source_of_ipv4(message.bytes) : address_of(batch.addresses[i].base);
    message.arrived = beside.stamp ? clock.steady_at(*beside.stamp) : clock.steady();
    message.ttl = beside.ttl;
    message.error = nullptr;
    message.error_source = message.source;
    if (!beside.error) continue;
    batch.errors[i] = message_of_error(*beside.error, message.bytes, message.source);
    message.error = &batch.errors[i];
    message.error_source = beside.offender;
  }
  return kept;
}

// Asked for rather than taken from SO_RXQ_OVFL, which tells of a drop only with the next message.
icmp_losses icmp_socket::losses() {
  const auto memory = memory_of(descriptor_);
  const std::uint32_t more = memory[SK_MEMINFO_DROPS] - kernel_drops_;
  kernel_drops_ = memory[SK_MEMINFO_DROPS];
  const bool unread = !checks_sums_ || was_full_ || is_nearly_full(memory);
  (unread ? losses_.unread : losses_.corrupt) += more;
  was_full_ = false;
  return losses_;
}

void icmp_socket::on_arrival(std::function<void()> notify) {
  notify_ = std::move(notify);
  receive_loop(scope_, *this);
}

job icmp_socket::receive_loop(job_scope&, icmp_socket& self) {
  for (;;) {
    auto [error] =
        co_await self.socket_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
    if (error) break;
    self.notify_();
  }
}

}  // namespace muster
