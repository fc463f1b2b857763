// The network lab does what it promises. Each case has a namespace of its own and is skipped where
// there can't be one.
#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/process.hpp"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;
using muster::test::lab;
using muster::test::neighbour;

namespace {

constexpr int answer_time_ms = 5000;
constexpr int silence_time_ms = 100;
constexpr int no_answer = -1;

sockaddr_in to_socket_address(const char* address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, address, &out.sin_addr);
  return out;
}

int pending_error(int socket) {
  int out = 0;
  socklen_t size = sizeof out;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &out, &size);
  return out;
}

bool wait_for(int socket, short what, int milliseconds) {
  pollfd watched{socket, what, 0};
  return poll(&watched, 1, milliseconds) > 0;
}

/// The errno with which a connect ends, 0 for success, `no_answer` for none in time.
int connect_result(const char* address, int milliseconds) {
  int peer = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  auto to = to_socket_address(address, 9);
  int out = 0;
  if (connect(peer, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) out = errno;
  if (out == EINPROGRESS) {
    out = wait_for(peer, POLLOUT, milliseconds) ? pending_error(peer) : no_answer;
  }
  close(peer);
  return out;
}

/// One echo request through an unprivileged ICMP socket: 0 for a reply, an errno, or `no_answer`.
int echo_result(const char* address, int milliseconds) {
  int pinger = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  if (pinger < 0) return errno;
  int on = 1;
  setsockopt(pinger, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
  auto to = to_socket_address(address, 0);
  const std::array<std::uint8_t, 8> request{ICMP_ECHO};
  int out = no_answer;
  if (sendto(pinger, request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&to),
             sizeof to) < 0) {
    out = errno;
  } else if (wait_for(pinger, POLLIN, milliseconds)) {
    std::array<std::uint8_t, 64> reply;
    out = recv(pinger, reply.data(), reply.size(), 0) < 0 ? errno : 0;
  }
  close(pinger);
  return out;
}

}  // namespace

#define ENTER_LAB_OR_SKIP()                       \
  std::string why_not;                            \
  if (!lab::enter(why_not)) MUSTER_SKIP(why_not); \
  lab::allow_ping_sockets(0, 0)

TEST_CASE("a routed block answers, except where it is told to be silent") {
  ENTER_LAB_OR_SKIP();
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  lab::drop_syns("192.168.0.17-192.168.0.255");
  CHECK(echo_result("192.168.0.16", answer_time_ms) == 0);
  CHECK(echo_result("192.168.0.17", silence_time_ms) == no_answer);
  CHECK(connect_result("192.168.0.16", answer_time_ms) == ECONNREFUSED);
  CHECK(connect_result("192.168.0.17", silence_time_ms) == no_answer);
}

TEST_CASE("every visit to the lab finds it empty") {
  ENTER_LAB_OR_SKIP();
  lab::route_local("192.0.2.0/24");
  CHECK(echo_result("192.0.2.1", answer_time_ms) == 0);
  REQUIRE(lab::enter(why_not));
  lab::allow_ping_sockets(0, 0);
  CHECK(echo_result("192.0.2.1", answer_time_ms) == ENETUNREACH);
}

TEST_CASE("rejected ranges answer with the ICMP error that was asked for") {
  ENTER_LAB_OR_SKIP();
  lab::route_local("10.0.0.0/24");
  lab::reject("10.0.0.1", "host-unreachable");
  lab::reject("10.0.0.2", "net-unreachable");
  lab::reject("10.0.0.3", "admin-prohibited");
  lab::reset("10.0.0.4");
  CHECK(echo_result("10.0.0.1", answer_time_ms) == EHOSTUNREACH);
  CHECK(echo_result("10.0.0.2", answer_time_ms) == ENETUNREACH);
  CHECK(echo_result("10.0.0.3", answer_time_ms) == EHOSTUNREACH);
  CHECK(connect_result("10.0.0.1", answer_time_ms) == EHOSTUNREACH);
  CHECK(connect_result("10.0.0.4", answer_time_ms) == ECONNREFUSED);
}

TEST_CASE("the kernel itself can be made to refuse") {
  ENTER_LAB_OR_SKIP();
  lab::route_refused("unreachable", "10.1.0.0/24");
  lab::route_refused("prohibit", "10.2.0.0/24");
  lab::route_local("10.3.0.0/24");
  lab::forbid_sending("10.3.0.0/24");
  CHECK(echo_result("10.1.0.1", answer_time_ms) == EHOSTUNREACH);
  CHECK(echo_result("10.2.0.1", answer_time_ms) == EACCES);
  CHECK(echo_result("10.3.0.1", answer_time_ms) == EPERM);
}

TEST_CASE("nobody may open unprivileged ICMP sockets until a lab allows it") {
  std::string why_not;
  if (!lab::enter(why_not)) MUSTER_SKIP(why_not);
  CHECK(echo_result("127.0.0.1", answer_time_ms) == EACCES);
  lab::allow_ping_sockets(0, 0);
  CHECK(echo_result("127.0.0.1", answer_time_ms) == 0);
}

TEST_CASE("IPv6 can be silent and rejected too") {
  ENTER_LAB_OR_SKIP();
  lab::route_local("2001:db8::/64");
  CHECK_NOTHROW(lab::drop_echo_requests("2001:db8::1"));
  CHECK_NOTHROW(lab::drop_syns("2001:db8::1-2001:db8::9"));
  CHECK_NOTHROW(lab::reject("2001:db8::/64", "addr-unreachable"));
  CHECK_NOTHROW(lab::reset("2001:db8::2"));
}

TEST_CASE("a neighbour answers for itself and refuses what it doesn't know") {
  ENTER_LAB_OR_SKIP();
  neighbour other{"192.0.2.1/24", "192.0.2.2/24"};
  neighbour::route_via("198.51.100.0/24", "192.0.2.2");
  neighbour::route_via("203.0.113.0/24", "192.0.2.2");
  other.run("ip route add unreachable 198.51.100.0/24");
  other.run("ip route add local 203.0.113.0/24 dev lo");
  CHECK(echo_result("192.0.2.2", answer_time_ms) == 0);
  CHECK(echo_result("203.0.113.7", answer_time_ms) == 0);
  CHECK(echo_result("198.51.100.7", answer_time_ms) == EHOSTUNREACH);
  CHECK_THROWS_AS(other.run("ip route add nonsense"), std::runtime_error);
}

TEST_CASE("a command without capabilities may not do what the lab may") {
  ENTER_LAB_OR_SKIP();
  using muster::test::run;
  using muster::test::without_capabilities;
  CHECK(run({"ip", "link", "set", "lo", "up"}).exit_code == 0);
  CHECK(run(without_capabilities({"ip", "link", "set", "lo", "down"})).exit_code != 0);
}
