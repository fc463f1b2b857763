// Echo requests to addresses of many hosts, and what tells a run's requests from everybody else's.
#include "cli/sweep.hpp"

#include <array>
#include <cstdint>
#include <set>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace muster::test;

namespace {

constexpr std::array socket_kinds{"raw", "datagram"};

/// Sees every echo request that reaches this machine while it lives.
class request_listener {
 public:
  request_listener() : descriptor_{::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP)} {
    REQUIRE(descriptor_ >= 0);
  }
  request_listener(const request_listener&) = delete;
  request_listener& operator=(const request_listener&) = delete;
  ~request_listener() { ::close(descriptor_); }

  /// Id and sequence number of each request since the last call, as one number.
  std::vector<std::uint32_t> take() {
    constexpr std::size_t header_bytes = 20;
    constexpr unsigned char echo_request = 8;
    std::vector<std::uint32_t> seen;
    std::array<unsigned char, 2048> packet{};
    for (ssize_t got; (got = ::recv(descriptor_, packet.data(), packet.size(), 0)) >= 0;) {
      if (got < 28 || packet[header_bytes] != echo_request) continue;
      const unsigned char* numbers = &packet[header_bytes + 4];
      seen.push_back(static_cast<std::uint32_t>(numbers[0]) << 24 |
                     static_cast<std::uint32_t>(numbers[1]) << 16 |
                     static_cast<std::uint32_t>(numbers[2]) << 8 | numbers[3]);
    }
    return seen;
  }

 private:
  int descriptor_;
};

}  // namespace

TEST_CASE("every run has ids and sequence numbers of its own, whichever socket it uses") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  for (const char* kind : socket_kinds) {
    request_listener listener;
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 5; ++i) {
      const auto result = sweep({"127.0.0.1", "--icmp-socket", kind, "-q"});
      CAPTURE(kind, result.err);
      REQUIRE(result.exit_code == 0);
      const auto requests = listener.take();
      REQUIRE(requests.size() == 1);
      seen.insert(requests.front());
    }
    CHECK(seen.size() == 5);
  }
}

TEST_CASE("each echo request of a series has a number of its own") {
  MUSTER_NEED_LAB();
  request_listener listener;
  const auto result = sweep({"127.0.0.1", "--count", "5", "--interval", "1ms", "-q"});
  CHECK(result.exit_code == 0);
  const auto requests = listener.take();
  CHECK(requests.size() == 5);
  CHECK(std::set<std::uint32_t>(requests.begin(), requests.end()).size() == 5);
}

TEST_CASE("no round trip is negative, though replies come back before their batch has left") {
  MUSTER_NEED_ICMP();
  const auto result = sweep({"127.0.0.0/20", "--rate", "0", "--json"});
  CHECK(lines_with(result.out, R"("rtt_ms":)") == 4'094);
  CHECK(lines_with(result.out, R"("rtt_ms":-)") == 0);
}

TEST_CASE("nothing is sent to a broadcast address, and the targets beside it are probed") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour far{"10.9.0.1/24", "10.9.0.2/24"};
  for (const char* kind : socket_kinds) {
    request_listener listener;
    const auto result = sweep({"127.255.255.253-127.255.255.255", "10.9.0.255", "10.9.0.2",
                               "--timeout", "2s", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    CHECK(result.exit_code == 1);
    CHECK(lines_with(result.out, R"("status":"up")") == 3);
    CHECK(lines_with(result.out, R"("status":"local_error","reason":"broadcast_address")") == 2);
    CHECK(lines_with(result.out, R"("target":"10.9.0.255","probe":"icmp","address":"10.9.0.255",)"
                                 R"("status":"local_error")") == 1);
    CHECK(listener.take().size() == 2);  // those to this machine's own two addresses
  }
  lab::route_refused("prohibit", "198.51.100.0/24");
  const auto prohibited = sweep({"198.51.100.1", "--json"});
  CHECK(contains(prohibited.out, R"("status":"local_error","reason":"firewall_denied")"));
  const auto connects = sweep({"10.9.0.255:80", "127.255.255.255:80", "--json"});
  CAPTURE(connects.out);
  CHECK(lines_with(connects.out, R"("status":"local_error","reason":"no_route")") == 2);
}

TEST_CASE("any host of a multicast group may answer for it") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour far{"10.9.0.1/24", "10.9.0.2/24"};
  neighbour::route_via("224.0.0.0/4", "10.9.0.2");
  // Both ends of the cable are in the group of all hosts, and each answers from its own address.
  lab::set_system_control("net.ipv4.icmp_echo_ignore_broadcasts", "0");
  for (const char* kind : socket_kinds) {
    const auto result = sweep({"224.0.0.1", "--timeout", "2s", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    CHECK(result.exit_code == 0);
    CHECK(lines_with(result.out, R"("address":"224.0.0.1","status":"up")") == 1);
    CHECK_FALSE(contains(result.err, "foreign"));
  }
}
