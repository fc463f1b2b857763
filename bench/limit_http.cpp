// What this machine can do in HTTP requests, a connection each: a plain epoll loop.
//
// Strategy: a fixed number of connections in flight, each registered once, edge-triggered for both
// directions. When it is writable the request goes out in one send; then everything is read to the
// end of the stream. Only the first bytes are looked at, for the status code. Sockets are closed
// with a reset: the server is spared TIME_WAIT, which would slow down whatever is measured next.

#include "limit.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::size_t events_max = 64;
constexpr std::size_t read_bytes_max = 16 * 1024;
constexpr std::string_view wanted_start = "HTTP/1.1 200";

constexpr std::string_view request =
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

struct connection {
  bool asked = false;
  std::size_t start_bytes = 0;
  std::array<char, wanted_start.size()> start{};
};

class client {
 public:
  client(limit::block block, std::uint16_t port, std::size_t in_flight)
      : block_{block}, port_{port}, slots_{in_flight}, connections_(in_flight) {}
  void run();
  std::uint64_t sent() const { return sent_; }
  std::uint64_t good() const { return good_; }

 private:
  void start_some();
  bool finished(std::uint32_t slot);
  bool read_on(connection& at, int socket);
  void keep_start(connection& at, std::string_view bytes);

  limit::block block_;
  std::uint16_t port_;
  limit::slots slots_;
  std::vector<connection> connections_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::uint64_t sent_ = 0;
  std::uint64_t good_ = 0;
  std::array<char, read_bytes_max> buffer_{};
};

void client::start_some() {
  while (sent_ < block_.count && !slots_.full()) {
    int socket = limit::start_connect(block_.first + static_cast<std::uint32_t>(sent_), port_);
    ++sent_;
    if (socket < 0) continue;
    auto slot = slots_.take(socket);
    connections_[slot] = {};
    epoll_event watch{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u32 = slot}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &watch) != 0) limit::die("epoll_ctl");
  }
}

void client::keep_start(connection& at, std::string_view bytes) {
  bytes = bytes.substr(0, at.start.size() - at.start_bytes);
  std::memcpy(at.start.data() + at.start_bytes, bytes.data(), bytes.size());
  at.start_bytes += bytes.size();
}

/// True at the end of the stream, however it ended.
bool client::read_on(connection& at, int socket) {
  for (;;) {
    ssize_t n = recv(socket, buffer_.data(), buffer_.size(), 0);
    if (n < 0) return errno != EAGAIN;
    if (n == 0) return true;
    keep_start(at, {buffer_.data(), static_cast<std::size_t>(n)});
  }
}

bool client::finished(std::uint32_t slot) {
  auto& at = connections_[slot];
  int socket = slots_.socket(slot);
  if (!at.asked) {
    // The request is far smaller than a fresh socket's send buffer: it goes whole or not at all.
    if (send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) return errno != EAGAIN;
    at.asked = true;
    return false;
  }
  return read_on(at, socket);
}

void client::run() {
  if (epoll_ < 0) limit::die("epoll_create1");
  std::array<epoll_event, events_max> events{};
  for (start_some(); !slots_.idle(); start_some()) {
    int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      auto slot = events[static_cast<std::size_t>(i)].data.u32;
      if (!finished(slot)) continue;
      auto& at = connections_[slot];
      if (std::string_view{at.start.data(), at.start_bytes} == wanted_start) ++good_;
      limit::reset_and_close(slots_.socket(slot));
      slots_.give_back(slot);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto usage = "limit_http [--in-flight N] BLOCK PORT";
  auto options = limit::parse_options(argc, argv, usage, {.in_flight = 64});
  if (options.block.empty() || options.port == 0) {
    std::fprintf(stderr, "usage: %s\n", usage);
    return 2;
  }
  limit::raise_open_files();
  static client all{limit::parse_block(options.block), options.port, options.in_flight};
  auto started = limit::clock::now();
  all.run();
  limit::report(all.sent(), all.good(), limit::clock::now() - started);
  return all.good() == all.sent() ? 0 : 1;
}
