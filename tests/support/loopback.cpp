#include "support/loopback.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <system_error>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {
namespace {

using clock = std::chrono::steady_clock;

constexpr int backlog = 1024;
constexpr int first_free_port = 10'000;
constexpr int free_port_tries_max = 1000;

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

/// A socket bound there, at a port that the kernel chooses and writes into `address`.
int bind_at(sockaddr* address, socklen_t size) {
  const int out = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (out < 0) fail("socket");
  if (bind(out, address, size) != 0) fail("bind");
  if (getsockname(out, address, &size) != 0) fail("getsockname");
  return out;
}

int bind_to_loopback(std::uint16_t& port) {
  auto address = loopback_address(0);
  const int out = bind_at(reinterpret_cast<sockaddr*>(&address), sizeof address);
  port = ntohs(address.sin_port);
  return out;
}

int listening(int socket) {
  if (listen(socket, backlog) != 0) fail("listen");
  return socket;
}

/// Where the ports begin that the kernel gives to sockets that did not ask for one.
int first_ephemeral_port() {
  std::ifstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
  int first = 0;
  if (!(range >> first)) throw std::runtime_error{"can't read ip_local_port_range"};
  return first;
}

bool is_free(std::uint16_t port, int type) {
  const int trial = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (trial < 0) fail("socket");
  const auto address = loopback_address(port);
  const bool bound = bind(trial, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(trial);
  return bound;
}

std::uint16_t own_port(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

bool wait_readable(int socket, clock::time_point until) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
  pollfd watched{socket, POLLIN, 0};
  return poll(&watched, 1, static_cast<int>(std::max<decltype(left)>(left, 0))) > 0;
}

}  // namespace

closed_port::closed_port() : socket_{bind_to_loopback(number_)} {}

closed_port::~closed_port() { close(socket_); }

int listen_on_loopback(std::uint16_t& port) { return listening(bind_to_loopback(port)); }

int listen_everywhere(std::uint16_t& port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  const int out = bind_at(reinterpret_cast<sockaddr*>(&address), sizeof address);
  port = ntohs(address.sin6_port);
  return listening(out);
}

std::uint16_t free_port() {
  const int last = first_ephemeral_port() - 1;
  if (last <= first_free_port) throw std::runtime_error{"no ports below the ephemeral ones"};
  std::random_device chance;
  std::uniform_int_distribution<int> pick{first_free_port, last};
  for (int tries = 0; tries < free_port_tries_max; ++tries) {
    const auto port = static_cast<std::uint16_t>(pick(chance));
    if (is_free(port, SOCK_STREAM) && is_free(port, SOCK_DGRAM)) return port;
  }
  throw std::runtime_error{"no free port found"};
}

exchange_result exchange(std::uint16_t port, std::string_view request,
                         std::chrono::milliseconds timeout, std::size_t bytes_max) {
  exchange_result out;
  const auto until = clock::now() + timeout;
  int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (peer < 0) fail("socket");
  auto address = loopback_address(port);
  out.connected = connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                  own_port(peer) != port;  // where nobody listens it may meet itself by chance
  if (out.connected && !request.empty()) {
    out.reset = send(peer, request.data(), request.size(), MSG_NOSIGNAL) < 0;
  }
  std::array<char, 16 * 1024> buffer;
  while (out.connected && !out.ended && !out.reset && out.received.size() < bytes_max) {
    if (!wait_readable(peer, until)) break;
    const ssize_t n = recv(peer, buffer.data(), buffer.size(), 0);
    out.ended = n == 0;
    out.reset = n < 0;
    if (n > 0) out.received.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(peer);
  return out;
}

temporary_directory::temporary_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "muster-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) fail("mkdtemp");
  path_ = pattern;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_whole_file(const std::string& path, std::string_view text) {
  std::ofstream out{path, std::ios::binary};
  out << text << std::flush;
  if (!out.good()) throw std::runtime_error{"can't write " + path};
}

void write_program(const std::string& path, std::string_view text) {
  write_whole_file(path, text);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

std::string read_whole_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace muster::test
