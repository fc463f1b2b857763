// What this machine can do in TCP connections: a plain epoll loop over the addresses of a block.
//
// Strategy: a fixed number of connects in flight. Each socket is watched once for writability; then
// SO_ERROR says how the connect ended, and the socket is closed with a reset. The accepting side is
// another process, so that it has its own core where there are two.

#include "limit.hpp"

#include <array>
#include <cerrno>
#include <cstdio>

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::size_t events_max = 256;

struct totals {
  std::uint64_t sent = 0;
  std::uint64_t as_expected = 0;
};

[[noreturn]] void serve(int listener) {
  for (;;) {
    int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted >= 0) close(accepted);
  }
}

/// The process that accepts and closes, for as long as this program runs.
class server {
 public:
  explicit server(int listener) : pid_{fork()} {
    if (pid_ < 0) limit::die("fork");
    if (pid_ > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener);
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

int connect_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

totals connect_to_all(limit::block block, std::uint16_t port, std::size_t in_flight, int expected) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) limit::die("epoll_create1");
  totals out;
  limit::slots slots{in_flight};
  std::array<epoll_event, events_max> events{};
  while (out.sent < block.count || !slots.idle()) {
    while (out.sent < block.count && !slots.full()) {
      auto address = block.first + static_cast<std::uint32_t>(out.sent);
      ++out.sent;
      int socket = limit::start_connect(address, port);
      if (socket < 0) {
        if (errno == expected) ++out.as_expected;
        continue;
      }
      epoll_event watch{.events = EPOLLOUT | EPOLLONESHOT, .data = {.u32 = slots.take(socket)}};
      if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &watch) != 0) limit::die("epoll_ctl");
    }
    int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      auto slot = events[static_cast<std::size_t>(i)].data.u32;
      int socket = slots.socket(slot);
      if (connect_error(socket) == expected) ++out.as_expected;
      limit::reset_and_close(socket);
      slots.give_back(slot);
    }
  }
  close(epoll);
  return out;
}

totals measured(const limit::options& options, std::uint16_t port) {
  int expected = options.refused ? ECONNREFUSED : 0;
  auto block = limit::parse_block(options.block);
  auto started = limit::clock::now();
  auto out = connect_to_all(block, port, options.in_flight, expected);
  limit::report(out.sent, out.as_expected, limit::clock::now() - started);
  return out;
}

/// A port where nothing listens: one that the kernel has just given and taken back.
std::uint16_t closed_port() {
  int listener = limit::listen_tcp(0);
  auto out = limit::port_of(listener);
  close(listener);
  return out;
}

totals measured_with_own_server(const limit::options& options) {
  int listener = limit::listen_tcp(0);
  server accepting{listener};
  return measured(options, limit::port_of(listener));
}

}  // namespace

int main(int argc, char** argv) {
  auto options = limit::parse_options(
      argc, argv, "limit_tcp [--in-flight N] [--refused] [BLOCK [PORT]], or limit_tcp --listen",
      {.in_flight = 512, .block = "127.1.0.0/18"});
  limit::raise_open_files();
  if (options.listen) {
    int listener = limit::listen_tcp(0);
    std::printf("%u\n", unsigned{limit::port_of(listener)});
    std::fflush(stdout);
    serve(listener);
  }
  totals all;
  if (options.port != 0) {
    all = measured(options, options.port);
  } else if (options.refused) {
    all = measured(options, closed_port());
  } else {
    all = measured_with_own_server(options);
  }
  return all.as_expected == all.sent ? 0 : 1;
}
