// Strategy: the delay is the same for all, so what waits is a queue in the order of arrival, and
// the kernel's stamp of the arrival is what it is counted from: it does not matter how late a
// packet is read. How late an answer goes out does matter, and is written down for each host, so
// that what is measured can be compared with what was. It is not put ahead of others who want its
// core: it would be late less often, but the one who is measured would be instead.
#include "serve_late.hpp"

#include "late_answer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <deque>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace muster::bench {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t hosts_max = 1'000'000;
constexpr int receive_buffer_bytes = 64 * 1024 * 1024;

volatile std::sig_atomic_t ended = 0;

nanoseconds time_of(const timespec& at) {
  return std::chrono::seconds{at.tv_sec} + nanoseconds{at.tv_nsec};
}

/// The clock that the kernel's stamps are of.
nanoseconds now() {
  timespec at{};
  clock_gettime(CLOCK_REALTIME, &at);
  return time_of(at);
}

void must(bool good, const char* what) {
  if (!good) throw std::system_error{errno, std::generic_category(), what};
}

/// A socket for packets without their Ethernet headers.
int open_device(const char* name) {
  const int out = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  must(out >= 0, "packet socket");
  constexpr int on = 1;
  must(setsockopt(out, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0, "SO_TIMESTAMPNS");
  setsockopt(out, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
  if (setsockopt(out, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer_bytes,
                 sizeof receive_buffer_bytes) != 0) {
    setsockopt(out, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_IP);
  here.sll_ifindex = static_cast<int>(if_nametoindex(name));
  must(here.sll_ifindex > 0, name);
  must(bind(out, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0, "bind");
  return out;
}

class late_server {
 public:
  explicit late_server(nanoseconds delay) : delay_{delay}, socket_{open_device("far")} {}
  void run();
  void print() const;

 private:
  struct waiting {
    nanoseconds arrived{0};
    sockaddr_ll sender{};
    late_answer answer;
  };
  using held = std::array<nanoseconds, 3>;

  bool take_one();
  bool send_one();
  void wait() const;

  const nanoseconds delay_;
  const int socket_;
  std::deque<waiting> queue_;
  std::size_t most_ = 0;
  std::vector<held> hosts_;
};

bool late_server::take_one() {
  std::array<std::uint8_t, 2048> packet;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  waiting one;
  iovec piece{packet.data(), packet.size()};
  msghdr message{.msg_name = &one.sender,
                 .msg_namelen = sizeof one.sender,
                 .msg_iov = &piece,
                 .msg_iovlen = 1,
                 .msg_control = control.data(),
                 .msg_controllen = control.size(),
                 .msg_flags = 0};
  const ssize_t n = recvmsg(socket_, &message, 0);
  if (n < 0) return false;
  const cmsghdr* extra = CMSG_FIRSTHDR(&message);
  if (!extra || extra->cmsg_level != SOL_SOCKET || extra->cmsg_type != SCM_TIMESTAMPNS ||
      (message.msg_flags & MSG_TRUNC) != 0) {
    return true;
  }
  timespec stamp{};
  std::memcpy(&stamp, CMSG_DATA(extra), sizeof stamp);
  const auto answer = answer_late({packet.data(), static_cast<std::size_t>(n)});
  if (!answer || answer->host >= hosts_max) return true;
  one.arrived = time_of(stamp);
  one.answer = *answer;
  queue_.push_back(one);
  most_ = std::max(most_, queue_.size());
  return true;
}

bool late_server::send_one() {
  if (queue_.empty()) return false;
  const auto& one = queue_.front();
  const auto at = now();
  if (at < one.arrived + delay_) return false;
  sendto(socket_, one.answer.bytes.data(), one.answer.size, 0,
         reinterpret_cast<const sockaddr*>(&one.sender), sizeof one.sender);
  if (one.answer.phase != late_phase::none) {
    if (one.answer.host >= hosts_.size()) hosts_.resize(one.answer.host + 1);
    hosts_[one.answer.host][static_cast<std::size_t>(one.answer.phase)] = at - one.arrived;
  }
  queue_.pop_front();
  return true;
}

void late_server::wait() const {
  pollfd readable{socket_, POLLIN, 0};
  timespec left{};
  if (!queue_.empty()) {
    const auto until = queue_.front().arrived + delay_ - now();
    const auto at_least = std::max(until, nanoseconds{0});
    left.tv_sec = std::chrono::floor<std::chrono::seconds>(at_least).count();
    left.tv_nsec = (at_least % std::chrono::seconds{1}).count();
  }
  sigset_t none;
  sigemptyset(&none);
  ppoll(&readable, 1, queue_.empty() ? nullptr : &left, &none);
}

void late_server::run() {
  while (ended == 0) {
    // What is due goes first; what has come has its stamp.
    bool idle = true;
    while (send_one())
      idle = false;
    if (!take_one() && idle) wait();
  }
}

void late_server::print() const {
  fmt::print("most {}\n", most_);
  for (const auto& times : hosts_) {
    for (const auto time : times) {
      const double ms = std::chrono::duration<double, std::milli>(time).count();
      fmt::print(" {:.6f}", time.count() > 0 ? ms : -1);
    }
    fmt::print("\n");
  }
}

}  // namespace

held_times held_times::parse(std::string_view text) {
  held_times out;
  std::istringstream in{std::string{text}};
  std::string line;
  while (std::getline(in, line) && !line.starts_with("most ")) {
  }
  if (!line.starts_with("most ")) throw std::runtime_error{"the late hosts have told nothing"};
  out.most = std::stoul(line.substr(5));
  for (host one; in >> one.lookup_ms >> one.first_ms >> one.response_ms;)
    out.hosts.push_back(one);
  return out;
}

int serve_late(nanoseconds delay) {
  // Only a wait is interrupted.
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, nullptr);
  struct sigaction action {};
  action.sa_handler = [](int) { ended = 1; };
  sigaction(SIGTERM, &action, nullptr);
  prctl(PR_SET_TIMERSLACK, 1);
  // A host of its own would not wait for a core of this machine. Who may not have this does
  // without.
  const sched_param ahead_of_others{.sched_priority = 1};
  sched_setscheduler(0, SCHED_FIFO, &ahead_of_others);
  late_server server{delay};
  std::puts("ready");
  std::fflush(stdout);
  server.run();
  server.print();
  return 0;
}

}  // namespace muster::bench
