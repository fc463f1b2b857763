#include "blocking_probe.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t payload_bytes = 56;  // As ping and muster have it.
constexpr std::size_t answer_bytes_max = 1024 * 1024;

class socket_handle {
 public:
  explicit socket_handle(int socket) : socket_{socket} {}
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;
  ~socket_handle() {
    if (socket_ >= 0) close(socket_);
  }
  int get() const { return socket_; }

 private:
  int socket_;
};

struct peer_address {
  sockaddr_storage address{};
  socklen_t size = 0;
  int family() const { return address.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

bool resolve(const work& wanted, std::uint32_t index, peer_address& out) {
  if (const auto v4 = wanted.targets.address(index); v4 != 0) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(wanted.probe.port);
    to.sin_addr.s_addr = htonl(v4);
    std::memcpy(&out.address, &to, sizeof to);
    out.size = sizeof to;
    return true;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(wanted.probe.port);
  if (getaddrinfo(wanted.targets.text(index).c_str(), port.c_str(), &hints, &found) != 0) {
    return false;
  }
  std::memcpy(&out.address, found->ai_addr, found->ai_addrlen);
  out.size = found->ai_addrlen;
  freeaddrinfo(found);
  return true;
}

/// Waits until the socket is ready for `events`; false when time is up.
bool wait_for(int socket, short events, clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    if (left.count() <= 0) return false;
    pollfd one{socket, events, 0};
    const int ready = poll(&one, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::string_view word_for(int error) {
  switch (error) {
    case 0:
      return "up";
    case ECONNREFUSED:
      return "refused";
    case ECONNRESET:
      return "reset";
    case EHOSTUNREACH:
    case ENETUNREACH:
      return "unreachable";
    case ETIMEDOUT:
      return "timeout";
    default:
      return "local_error";
  }
}

/// The kernel gives each datagram socket an id of its own and passes on the answers to that alone,
/// so that ten thousand of them don't all see every reply.
std::string_view echo(const peer_address& to, clock::time_point until) {
  const bool v6 = to.family() == AF_INET6;
  const socket_handle out{socket(to.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                                 v6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP})};
  if (out.get() < 0) return "local_error";
  std::array<std::uint8_t, sizeof(icmphdr) + payload_bytes> request{};
  request[0] = v6 ? 128 : ICMP_ECHO;
  request[7] = 1;
  if (sendto(out.get(), request.data(), request.size(), 0, to.get(), to.size) < 0) {
    return word_for(errno);
  }
  while (wait_for(out.get(), POLLIN, until)) {
    std::array<std::uint8_t, 2048> reply;
    const ssize_t n = recv(out.get(), reply.data(), reply.size(), 0);
    if (n < 0 && errno != EAGAIN) return word_for(errno);
    if (n >= 8 && reply[0] == (v6 ? 129 : ICMP_ECHOREPLY)) return "up";
  }
  return "timeout";
}

/// Closes with a reset, as muster does, so that no port stays behind in TIME_WAIT.
void reset_on_close(int socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string_view connected(int socket, const peer_address& to, clock::time_point until) {
  reset_on_close(socket);
  if (connect(socket, to.get(), to.size) == 0) return "up";
  if (errno != EINPROGRESS) return word_for(errno);
  if (!wait_for(socket, POLLOUT, until)) return "timeout";
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return word_for(error);
}

std::string_view exchange(int socket, std::string_view request, std::string& answer,
                          clock::time_point until) {
  if (send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) return word_for(errno);
  std::array<char, 16 * 1024> part;
  while (wait_for(socket, POLLIN, until)) {
    const ssize_t n = recv(socket, part.data(), part.size(), 0);
    if (n == 0) return "up";
    if (n < 0 && errno == EAGAIN) continue;
    if (n < 0) return word_for(errno);
    if (answer.size() < answer_bytes_max) answer.append(part.data(), static_cast<std::size_t>(n));
  }
  return "timeout";
}

std::string_view get(const peer_address& to, std::string_view host, std::string_view path,
                     std::string& answer, clock::time_point until) {
  const socket_handle out{socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (out.get() < 0) return "local_error";
  if (const auto word = connected(out.get(), to, until); word != "up") return word;
  const auto request =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, host);
  if (const auto word = exchange(out.get(), request, answer, until); word != "up") return word;
  return answer.starts_with("HTTP/1.1 ") ? "up" : "protocol_error";
}

/// A process whose two outputs are read to their ends, as whoever is to have every result must.
class captured_process {
 public:
  captured_process(const char* name, std::string argument) {
    std::array<int, 2> output{-1, -1};
    std::array<int, 2> errors{-1, -1};
    if (pipe2(output.data(), O_CLOEXEC) != 0) return;
    if (pipe2(errors.data(), O_CLOEXEC) == 0) {
      posix_spawn_file_actions_t actions;
      posix_spawn_file_actions_init(&actions);
      posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
      posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
      std::string word = name;
      char* const words[] = {word.data(), argument.data(), nullptr};
      if (posix_spawnp(&process_, name, &actions, nullptr, words, environ) != 0) process_ = -1;
      posix_spawn_file_actions_destroy(&actions);
      close(errors[1]);
    }
    close(output[1]);
    read_both(output[0], errors[0]);
    close(output[0]);
    if (errors[0] >= 0) close(errors[0]);
  }
  /// Its exit code; -1 if it did not run, or a signal ended it.
  int wait() const {
    int status = 0;
    while (process_ > 0 && waitpid(process_, &status, 0) < 0) {
      if (errno != EINTR) return -1;
    }
    return process_ > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static void read_both(int output, int errors) {
    std::array<pollfd, 2> both{pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
    std::array<char, 4096> part;
    while (both[0].fd >= 0 || both[1].fd >= 0) {
      if (poll(both.data(), both.size(), -1) < 0 && errno != EINTR) return;
      for (pollfd& one : both) {
        if (one.fd >= 0 && one.revents != 0 && read(one.fd, part.data(), part.size()) <= 0) {
          one.fd = -1;
        }
      }
    }
  }

  pid_t process_ = -1;
};

std::string_view run_true(const std::string& target) {
  const captured_process process{"true", target};
  const int code = process.wait();
  return code == 0 ? "up" : code > 0 ? "mismatch" : "local_error";
}

std::string_view exchange_once(const work& wanted, std::uint32_t index, const peer_address& to,
                               clock::time_point until) {
  if (wanted.probe.kind == probe_kind::icmp) return echo(to, until);
  if (wanted.probe.kind == probe_kind::http) {
    std::string answer;
    return get(to, wanted.targets.text(index), "/", answer, until);
  }
  const socket_handle out{socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  return out.get() < 0 ? "local_error" : connected(out.get(), to, until);
}

}  // namespace

probe_outcome probe_once(const work& wanted, std::uint32_t index) {
  if (wanted.probe.kind == probe_kind::task) return {"up"};
  if (wanted.probe.kind == probe_kind::program) return {run_true(wanted.targets.text(index))};
  const auto started = clock::now();
  peer_address to;
  if (!resolve(wanted, index, to)) return {"name_error"};
  const auto looked_up = clock::now();
  const auto status = exchange_once(wanted, index, to, looked_up + wanted.timeout);
  return {status, {.rtt = clock::now() - looked_up, .lookup = looked_up - started}};
}

std::optional<std::string> http_answer(std::uint32_t address, std::uint16_t port,
                                       std::string_view path, std::chrono::milliseconds timeout) {
  work one;
  one.targets = targets::addresses(address, 1);
  one.probe = {probe_kind::http, port};
  peer_address to;
  std::string answer;
  if (!resolve(one, 0, to) ||
      get(to, one.targets.text(0), path, answer, clock::now() + timeout) != "up") {
    return std::nullopt;
  }
  return answer;
}

}  // namespace muster::bench
