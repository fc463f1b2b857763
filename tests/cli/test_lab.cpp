#include "cli/sweep.hpp"
#include "support/enough_time.hpp"
#include "support/hostile_server.hpp"

#include <csignal>

#include <unistd.h>

using namespace muster::test;

namespace {

void silence_most_of_the_subnet() {
  lab::route_local("192.168.0.0/24");
  lab::drop_echo_requests("192.168.0.17-192.168.0.255");
  lab::drop_syns("192.168.0.17-192.168.0.255");
}

}  // namespace

TEST_CASE("sixteen live hosts are told from 239 silent ones in one timeout") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = sweep({"192.168.0.1-255", "--timeout", "500ms", "--rate", "0", "--json"});
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 16);
  CHECK(lines_with(result.out, R"("status":"timeout","reason":"no_reply")") == 239);
  CHECK(contains(result.err, "255 probes in"));
  CHECK(result.wall >= std::chrono::milliseconds{500});
  CHECK(result.wall < std::chrono::seconds{10});
}

TEST_CASE("text leaves the silent members of a range out, and says how many") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto quiet = sweep({"192.168.0.0/24", "--timeout", "300ms", "--rate", "0"});
  CHECK(lines_with(quiet.out, "timeout") == 0);
  CHECK(lines_with(quiet.out, " up ") == 16);
  CHECK(contains(quiet.err, "238"));
  const auto all = sweep({"192.168.0.0/24", "--timeout", "300ms", "--rate", "0", "--show-all"});
  CHECK(lines_with(all.out, "timeout") == 238);
  const auto named = sweep({"192.168.0.99", "--timeout", "300ms"});
  CHECK(lines_with(named.out, "timeout") == 1);
}

TEST_CASE("both kinds of ICMP socket give the same answers, errors included") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  lab::route_local("198.51.100.0/24");
  lab::reject("198.51.100.1", "host-unreachable");
  lab::reject("198.51.100.2", "admin-prohibited");
  lab::reject("198.51.100.3", "net-unreachable");
  lab::reject("198.51.100.4", "port-unreachable");
  lab::allow_ping_sockets(0, 0);
  for (const char* kind : {"raw", "datagram"}) {
    const auto result =
        sweep({"192.168.0.16", "192.168.0.17", "198.51.100.1", "198.51.100.2", "198.51.100.3",
               "198.51.100.4", "--timeout", "400ms", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    CHECK(contains(result.err, kind + std::string{" socket"}));
    CHECK(lines_with(result.out, R"("target":"192.168.0.16")") == 1);
    CHECK(lines_with(result.out, R"("status":"up")") == 1);
    CHECK(lines_with(result.out, R"("status":"timeout")") == 1);
    CHECK(lines_with(result.out, R"("reason":"icmp_host_unreachable")") == 1);
    CHECK(lines_with(result.out, R"("reason":"icmp_admin_prohibited")") == 1);
    CHECK(lines_with(result.out, R"("reason":"icmp_network_unreachable")") == 1);
    CHECK(lines_with(result.out, R"("status":"unreachable")") == 3);
    CHECK(lines_with(result.out, R"("status":"refused","reason":"icmp_port_unreachable")") == 1);
    CHECK(contains(result.out, R"("error_source":"198.51.100.1")"));
  }
}

TEST_CASE("a datagram socket needs no privilege, and is what is used where it is allowed") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const auto result = run(without_capabilities(muster_command({"sweep", "127.0.0.1"})));
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "datagram socket"));
}

TEST_CASE("an ICMPv6 error fails the right probe with its reason") {
  MUSTER_NEED_LAB();
  lab::route_local("2001:db8::/64");
  lab::reject("2001:db8::2", "addr-unreachable");
  lab::drop_echo_requests("2001:db8::3");
  for (const char* kind : {"raw", "datagram"}) {
    lab::allow_ping_sockets(0, 0);
    const auto result =
        sweep({"2001:db8::1-2001:db8::3", "--timeout", "400ms", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    CHECK(lines_with(result.out, R"("target":"2001:db8::1","probe":"icmp","address":"2001:db8::1",)"
                                 R"("status":"up")") == 1);
    CHECK(lines_with(result.out, R"("reason":"icmp_address_unreachable")") == 1);
    CHECK(lines_with(result.out, R"("status":"timeout")") == 1);
  }
}

TEST_CASE("a router's time exceeded names the router") {
  MUSTER_NEED_LAB();
  neighbour router{"192.0.2.1/24", "192.0.2.2/24"};
  router.run("ip route add 198.51.100.0/24 via 192.0.2.1");
  neighbour::route_via("198.51.100.0/24", "192.0.2.2");
  const auto result = sweep({"198.51.100.7", "--ttl", "1", "--timeout", "2s", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"unreachable","reason":"icmp_ttl_exceeded")"));
  CHECK(contains(result.out, R"("error_source":"192.0.2.2")"));
}

TEST_CASE("what this machine refuses to send is its own fault, not the target's") {
  MUSTER_NEED_LAB();
  lab::route_local("198.51.100.0/24");
  lab::forbid_sending("198.51.100.9");
  const auto result =
      sweep({"198.51.100.9", "203.0.113.5", "198.51.100.10", "--timeout", "1s", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"local_error","reason":"firewall_denied")") == 1);
  CHECK(lines_with(result.out, R"("status":"local_error","reason":"no_route")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
}

TEST_CASE("what a local firewall rejects is its doing, whichever kind of ICMP socket was refused") {
  MUSTER_NEED_LAB();
  lab::route_local("198.51.100.0/24");
  lab::reject_sending("198.51.100.1-198.51.100.99");
  lab::allow_ping_sockets(0, 0);
  for (const char* kind : {"raw", "datagram"}) {
    const auto result =
        sweep({"198.51.100.1-198.51.100.120", "--timeout", "1s", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    CHECK(lines_with(result.out, R"("status":"local_error","reason":"firewall_denied")") == 99);
    CHECK(lines_with(result.out, R"("status":"up")") == 21);
  }
}

TEST_CASE("a source address that is not this machine's is named as what is wrong") {
  MUSTER_NEED_LAB();
  const auto result = sweep({"127.0.0.1", "--source", "203.0.113.1", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 3);
  CHECK(contains(result.out, R"("status":"local_error","reason":"address_not_available")"));
  CHECK(contains(result.err, "203.0.113.1"));
}

TEST_CASE("ICMPv6 replies with wrong checksums are corrupt, not dropped by this machine") {
  MUSTER_NEED_LAB();
  lab::route_local("2001:db8::/64");
  lab::spoil_echo_replies("2001:db8::1-2001:db8::8");
  const auto result = sweep({"2001:db8::1-2001:db8::9", "--timeout", "400ms", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"timeout")") == 8);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(contains(result.err, "8 corrupt"));
  CHECK_FALSE(contains(result.err, "dropped"));
}

TEST_CASE("connections are told apart: accepted, refused, reset, rejected, silent") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  lab::route_local("198.51.100.0/24");
  lab::reject("198.51.100.1", "host-unreachable");
  lab::reset("198.51.100.2");
  std::uint16_t port = 0;
  const int listener = listen_on_loopback(port);
  const std::string number = std::to_string(port);
  const auto result =
      sweep({"127.0.0.1:" + number, "192.168.0.1:" + number, "192.168.0.17:" + number,
             "198.51.100.1:" + number, "198.51.100.2:" + number, "--timeout", "500ms", "--json"});
  ::close(listener);
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
  CHECK(lines_with(result.out, R"("status":"refused","reason":"connection_refused")") == 2);
  CHECK(lines_with(result.out, R"("status":"timeout","reason":"connect_timeout")") == 1);
  CHECK(lines_with(result.out, R"("status":"unreachable","reason":"host_unreachable")") == 1);
}

TEST_CASE("link-local addresses are probed in the zone that is named, and from it") {
  MUSTER_NEED_LAB();
  const neighbour other{"fe80::1/64", "fe80::2/64"};
  std::uint16_t port = 0;
  const int listener = listen_everywhere(port);
  const hostile_server server{hostile_script::redirect_to("/next"), listener, port};
  const std::string number = std::to_string(port);
  for (const std::string source : {"", "fe80::1%near"}) {
    std::vector<std::string> arguments{"fe80::2%near",
                                       "[fe80::2%near]:9",
                                       "[fe80::1%near]:" + number,
                                       "http://[fe80::1%25near]:" + number + "/",
                                       "http://[fe80::1%near]:" + number + "/a",
                                       "--max-redirects",
                                       "1",
                                       "--json"};
    if (!source.empty()) arguments.insert(arguments.end(), {"--source", source});
    const auto result = sweep(arguments);
    CAPTURE(source, result.out, result.err);
    CHECK(contains(result.out, R"("target":"fe80::2%near","probe":"icmp","address":"fe80::2",)"
                               R"("status":"up")"));
    CHECK(contains(result.out, R"("reason":"connection_refused")"));
    CHECK(lines_with(result.out, R"("probe":"tcp","address":"fe80::1")") == 1);
    // Redirects are followed in the zone of the URL that led to them.
    CHECK(lines_with(result.out, R"("reason":"too_many_redirects")") == 2);
    CHECK(lines_with(result.out, "\"url\":\"http://[fe80::1]:" + number + "/next\"") == 2);
  }
  const auto text = sweep({"http://[fe80::1%25near]:" + number + "/"});
  CHECK(contains(text.out, "http://[fe80::1%25near]:" + number + "/"));
}

TEST_CASE("ten thousand silent targets cost one timeout") {
  MUSTER_NEED_LAB();
  lab::route_local("10.99.0.0/16");
  lab::drop_echo_requests("10.99.0.0/16");
  const auto result = sweep({"10.99.0.1-10.99.39.16", "--rate", "0", "--timeout", "1s", "--json"});
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"timeout")") == 10'000);
  CHECK(result.wall < std::chrono::seconds{20});
}

TEST_CASE("a thousand dead hosts are a thousand results, and not one warning") {
  MUSTER_NEED_LAB();
  lab::route_local("10.99.0.0/16");
  lab::drop_echo_requests("10.99.0.0/16");
  lab::drop_syns("10.99.0.0/16");
  const auto result = sweep({"10.99.0.0-10.99.3.231", "--icmp", "--tcp", "22", "--rate", "0",
                             "--timeout", "500ms", "--json"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, R"("status":"timeout")") == 2'000);
  CHECK_FALSE(contains(result.err, "10.99."));
  CHECK(lines_with(result.err, "") <= 6);  // the summary's
}

TEST_CASE("Ctrl-C with ten thousand in flight writes every result and ends in order") {
  MUSTER_NEED_LAB();
  lab::route_local("10.99.0.0/16");
  lab::drop_echo_requests("10.99.0.0/16");
  lab::drop_syns("10.99.0.0/16");
  for (const char* kind : {"--icmp", "--tcp=80", "--http"}) {
    process child{muster_command(
        {"sweep", "192.0.2.1", "10.99.0.0/16", kind, "--rate", "0", "--timeout", "60s", "--json"})};
    // The address without a route is reported at once; by then, or soon after, all are in flight.
    REQUIRE(child.wait_for_output("192.0.2.1", std::chrono::seconds{20}));
    child.send_signal(SIGINT);
    const auto result = child.wait();
    CAPTURE(kind, result.err);
    CHECK(result.exit_code == 130);
    const std::size_t lines = lines_with(result.out, "\"target\"");
    CHECK(lines_with(result.out, R"("status":"cancelled","reason":"interrupted")") >= lines - 2);
    CHECK(contains(result.err, "stopped early"));
  }
}

TEST_CASE("the run's deadline cuts off what is in flight and counts it") {
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  const auto result = with_enough_time(
      std::chrono::milliseconds{700},
      [](std::chrono::milliseconds time) {
        return sweep({"192.168.0.1-255", "--timeout", "60s", "--deadline",
                      std::to_string(time.count()) + "ms", "--json"});
      },
      [](const process_result& given) { return lines_with(given.out, "\"target\"") == 255; });
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 16);
  CHECK(lines_with(result.out, R"("status":"cancelled","reason":"run_deadline")") == 239);
  CHECK(contains(result.err, "stopped early"));
}

TEST_CASE("a ping for each address of a subnet, all at once, tells the live ones") {
  if (!has_program("ping")) MUSTER_SKIP("needs ping");
  MUSTER_NEED_LAB();
  silence_most_of_the_subnet();
  std::string last_octets;
  for (int i = 1; i <= 255; ++i)
    last_octets += std::to_string(i) + '\n';
  process_options options;
  options.input = last_octets;
  const auto result =
      run(muster_command({"run", "--lines", "--max-in-flight", "500", "--timeout", "60s", "--json",
                          "--", "ping", "-c1", "-W1", "192.168.0.{}"}),
          options);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 16);
  CHECK(lines_with(result.out, "\"target\"") == 255);
}
