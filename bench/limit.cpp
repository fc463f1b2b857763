#include "limit.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace limit {
namespace {

constexpr int backlog_max = 16'384;

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stopped == end;
}

bool read_address(const std::string& text, std::uint32_t& out) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return false;
  out = ntohl(address.s_addr);
  return true;
}

bool read_range(const std::string& text, block& out) {
  auto dash = text.find('-');
  if (dash == std::string::npos) return false;
  std::uint32_t last = 0;
  if (!read_address(text.substr(0, dash), out.first)) return false;
  if (!read_address(text.substr(dash + 1), last) || last < out.first) return false;
  out.count = last - out.first + 1;
  return true;
}

bool read_block(const std::string& text, block& out) {
  auto slash = text.find('/');
  if (slash == std::string::npos) return read_range(text, out);
  if (!read_address(text.substr(0, slash), out.first)) return false;
  std::uint32_t prefix = 0;
  if (!read_number(std::string_view{text}.substr(slash + 1), prefix)) return false;
  if (prefix < 1 || prefix > 32) return false;
  std::uint32_t size_less_one = prefix == 32 ? 0 : 0xffff'ffffU >> prefix;
  out.first &= ~size_less_one;
  out.count = size_less_one + 1;
  if (prefix < 31) {
    out.first += 1;
    out.count -= 2;
  }
  return true;
}

}  // namespace

block parse_block(const std::string& text) {
  block out;
  if (read_block(text, out)) return out;
  std::fprintf(stderr, "'%s' is neither an IPv4 block such as 127.0.0.0/16 nor a range\n",
               text.c_str());
  std::exit(2);
}

options parse_options(int argc, char** argv, const char* usage, options defaults) {
  options out = std::move(defaults);
  int position = 0;
  bool good = true;
  for (int i = 1; i < argc && good; ++i) {
    std::string_view word = argv[i];
    if (word == "--refused") {
      out.refused = true;
    } else if (word == "--listen") {
      out.listen = true;
    } else if (word == "--in-flight") {
      good = ++i < argc && read_number(argv[i], out.in_flight) && out.in_flight > 0;
    } else if (position == 0 && !word.starts_with('-')) {
      out.block = word;
      ++position;
    } else {
      good = position++ == 1 && read_number(word, out.port) && out.port > 0;
    }
  }
  if (good) return out;
  std::fprintf(stderr, "usage: %s\n", usage);
  std::exit(2);
}

void die(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(3);
}

void report(std::uint64_t sent, std::uint64_t received, clock::duration taken) {
  double seconds = std::chrono::duration<double>(taken).count();
  double rate = seconds > 0 ? static_cast<double>(received) / seconds : 0;
  std::printf("sent %llu received %llu seconds %.3f rate %.0f\n",
              static_cast<unsigned long long>(sent), static_cast<unsigned long long>(received),
              seconds, rate);
}

sockaddr_in socket_address(std::uint32_t address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(address);
  return out;
}

void raise_open_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int listen_tcp(std::uint16_t port) {
  int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (out < 0) die("socket");
  int on = 1;
  setsockopt(out, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto any = socket_address(INADDR_ANY, port);
  if (bind(out, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) die("bind");
  if (listen(out, backlog_max) != 0) die("listen");
  return out;
}

std::uint16_t port_of(int socket) {
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) die("getsockname");
  return ntohs(bound.sin_port);
}

int start_connect(std::uint32_t address, std::uint16_t port) {
  int out = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (out < 0) die("socket");
  auto to = socket_address(address, port);
  if (connect(out, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return out;
  if (errno == EINPROGRESS) return out;
  int error = errno;
  close(out);
  errno = error;
  return -1;
}

void reset_and_close(int socket) {
  linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(socket);
}

slots::slots(std::size_t count) : sockets_(count, -1) {
  free_.reserve(count);
  for (auto slot = static_cast<std::uint32_t>(count); slot > 0; --slot)
    free_.push_back(slot - 1);
}

std::uint32_t slots::take(int socket) {
  auto slot = free_.back();
  free_.pop_back();
  sockets_[slot] = socket;
  return slot;
}

}  // namespace limit
