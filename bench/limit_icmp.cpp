// What this machine can do in ICMP echo requests: a plain loop over the addresses of a block.
//
// Strategy: one raw socket, requests sent 64 at a time with sendmmsg, and after each batch whatever
// has arrived is taken with recvmmsg without waiting. The kernel passes on echo replies only. The
// index of an address in the block is its identity: sequence and identifier are derived from it,
// and a reply counts when source, identifier and sequence agree and its bit was not yet set.

#include "limit.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using limit::clock;

constexpr std::size_t batch_max = 64;
constexpr std::size_t payload_bytes = 56;
constexpr std::size_t request_bytes = 8 + payload_bytes;
constexpr std::size_t reply_bytes_max = 60 + 8;  // An IP header of any length and the ICMP header.
constexpr int receive_buffer_bytes = 16 * 1024 * 1024;
constexpr auto straggler_time = std::chrono::seconds{1};
constexpr int filter_option = 1;  // ICMP_FILTER of <linux/icmp.h>, which can't be included here.

struct request {
  std::uint8_t type;
  std::uint8_t code;
  std::uint16_t checksum;
  std::uint16_t id;
  std::uint16_t sequence;
  std::array<std::uint8_t, payload_bytes> payload;
};
static_assert(sizeof(request) == request_bytes);

class sweep {
 public:
  explicit sweep(limit::block block);
  void run();
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  clock::duration taken() const { return last_reply_ - started_; }

 private:
  std::uint16_t id_of(std::uint32_t index) const {
    return static_cast<std::uint16_t>(first_id_ + (index >> 16));
  }
  void write_request(std::size_t at, std::uint32_t index);
  void send_batch(std::uint32_t first, std::size_t count);
  void receive();
  void count_reply(const std::uint8_t* packet, std::size_t size, std::uint32_t source);
  bool wait_for_more();

  limit::block block_;
  int socket_;
  std::uint16_t first_id_ = static_cast<std::uint16_t>(getpid());
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  clock::time_point started_;
  clock::time_point last_reply_;
  std::vector<bool> answered_;

  std::array<request, batch_max> requests_{};
  std::array<sockaddr_in, batch_max> to_{};
  std::array<iovec, batch_max> out_parts_{};
  std::array<mmsghdr, batch_max> out_{};
  std::array<std::array<std::uint8_t, reply_bytes_max>, batch_max> replies_{};
  std::array<sockaddr_in, batch_max> from_{};
  std::array<iovec, batch_max> in_parts_{};
  std::array<mmsghdr, batch_max> in_{};
};

int open_socket() {
  int out = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
  if (out < 0) limit::die("raw ICMP socket (needs root or CAP_NET_RAW)");
  int bytes = receive_buffer_bytes;
  if (setsockopt(out, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
    setsockopt(out, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  std::uint32_t all_but_replies = ~(1U << ICMP_ECHOREPLY);
  if (setsockopt(out, SOL_RAW, filter_option, &all_but_replies, sizeof all_but_replies) != 0) {
    limit::die("ICMP_FILTER");
  }
  return out;
}

sweep::sweep(limit::block block)
    : block_{block}, socket_{open_socket()}, answered_(block.count, false) {
  for (std::size_t i = 0; i < batch_max; ++i) {
    requests_[i].type = ICMP_ECHO;
    to_[i].sin_family = AF_INET;
    out_parts_[i] = {.iov_base = &requests_[i], .iov_len = request_bytes};
    out_[i].msg_hdr.msg_name = &to_[i];
    out_[i].msg_hdr.msg_namelen = sizeof to_[i];
    out_[i].msg_hdr.msg_iov = &out_parts_[i];
    out_[i].msg_hdr.msg_iovlen = 1;
    in_parts_[i] = {.iov_base = replies_[i].data(), .iov_len = reply_bytes_max};
    in_[i].msg_hdr.msg_name = &from_[i];
    in_[i].msg_hdr.msg_iov = &in_parts_[i];
    in_[i].msg_hdr.msg_iovlen = 1;
  }
}

void sweep::write_request(std::size_t at, std::uint32_t index) {
  // The payload is all zeros, so the checksum is that of three words.
  std::uint32_t id = id_of(index);
  std::uint32_t sequence = index & 0xffff;
  std::uint32_t sum = (std::uint32_t{ICMP_ECHO} << 8) + id + sequence;
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  requests_[at].checksum = htons(static_cast<std::uint16_t>(~sum & 0xffff));
  requests_[at].id = htons(static_cast<std::uint16_t>(id));
  requests_[at].sequence = htons(static_cast<std::uint16_t>(sequence));
  to_[at].sin_addr.s_addr = htonl(block_.first + index);
}

void sweep::send_batch(std::uint32_t first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    write_request(i, first + static_cast<std::uint32_t>(i));
  }
  for (std::size_t done = 0; done < count;) {
    int n = sendmmsg(socket_, &out_[done], static_cast<unsigned>(count - done), 0);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno == ENOBUFS || errno == EAGAIN) {
      receive();
    } else if (errno != EINTR) {
      limit::die("sendmmsg");
    }
  }
  sent_ += count;
}

void sweep::count_reply(const std::uint8_t* packet, std::size_t size, std::uint32_t source) {
  std::size_t header = std::size_t{packet[0] & 0xfU} * 4;
  if (size < header + 8 || packet[header] != ICMP_ECHOREPLY) return;
  std::uint32_t index = source - block_.first;
  if (index >= block_.count || answered_[index]) return;
  std::uint16_t id_and_sequence[2];
  std::memcpy(id_and_sequence, packet + header + 4, sizeof id_and_sequence);
  if (ntohs(id_and_sequence[0]) != id_of(index)) return;
  if (ntohs(id_and_sequence[1]) != (index & 0xffff)) return;
  answered_[index] = true;
  ++received_;
}

void sweep::receive() {
  std::uint64_t before = received_;
  for (int n = batch_max; n == static_cast<int>(batch_max);) {
    for (auto& message : in_)
      message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
    n = recvmmsg(socket_, in_.data(), batch_max, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < n; ++i) {
      auto at = static_cast<std::size_t>(i);
      count_reply(replies_[at].data(), in_[at].msg_len, ntohl(from_[at].sin_addr.s_addr));
    }
  }
  if (received_ != before) last_reply_ = clock::now();
}

bool sweep::wait_for_more() {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(last_reply_ + straggler_time -
                                                                    clock::now());
  if (left.count() <= 0) return false;
  pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
  return poll(&readable, 1, static_cast<int>(left.count())) > 0;
}

void sweep::run() {
  started_ = last_reply_ = clock::now();
  for (std::uint32_t next = 0; next < block_.count;) {
    auto count = std::min<std::size_t>(batch_max, block_.count - next);
    send_batch(next, count);
    next += static_cast<std::uint32_t>(count);
    receive();
  }
  while (received_ < sent_ && wait_for_more())
    receive();
}

}  // namespace

int main(int argc, char** argv) {
  auto options = limit::parse_options(argc, argv, "limit_icmp [BLOCK]", {.block = "127.0.0.0/16"});
  // Static, as its buffers are more than a stack frame should hold.
  static sweep all{limit::parse_block(options.block)};
  all.run();
  limit::report(all.sent(), all.received(), all.taken());
  return all.received() == all.sent() ? 0 : 1;
}
