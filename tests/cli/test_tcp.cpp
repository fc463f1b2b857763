#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

using namespace muster::test;

TEST_CASE("an open port is up and a closed one refused, each with its round trip") {
  std::uint16_t open = 0;
  const int listener = listen_on_loopback(open);
  const closed_port closed;
  const auto result =
      sweep({"127.0.0.1", "--tcp", std::to_string(open) + "," + closed.text(), "--json"});
  ::close(listener);
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.out, R"("probe":"tcp","address":"127.0.0.1","port":)" +
                                 std::to_string(open) + R"(,"status":"up","rtt_ms":)"));
  CHECK(contains(result.out, R"("port":)" + closed.text() +
                                 R"(,"status":"refused","reason":"connection_refused","rtt_ms":)"));
}

TEST_CASE("a connect probe leaves by reset, so that no port waits in TIME_WAIT") {
  std::uint16_t open = 0;
  const int listener = listen_on_loopback(open);
  const auto result = sweep({"127.0.0.1:" + std::to_string(open), "-q"});
  REQUIRE(result.exit_code == 0);
  const int accepted = ::accept(listener, nullptr, nullptr);
  char byte = 0;
  const auto got = ::recv(accepted, &byte, 1, 0);
  const int error = errno;
  ::close(accepted);
  ::close(listener);
  CHECK(got == -1);
  CHECK(error == ECONNRESET);
}

TEST_CASE("sixty thousand connects to one host leave no port in TIME_WAIT") {
  MUSTER_NEED_LAB();
  // More connects than there are local ports: each has to be free again at once.
  hostile_server server{hostile_script::silent()};  // It is not the one who closes.
  constexpr int connects = 60'000;
  process_options options;
  for (int i = 0; i < connects; ++i)
    options.input += "127.0.0.1:" + std::to_string(server.port()) + "\n";
  const auto result = run(muster_command({"sweep", "-", "--rate", "0", "--max-per-host", "500",
                                          "--timeout", "20s", "-q"}),
                          options, std::chrono::seconds{90});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "60,000 up"));
  const std::string sockets = read_whole_file("/proc/self/net/sockstat");
  CAPTURE(sockets);
  CHECK(contains(sockets, " tw 0 "));
}

TEST_CASE("all 65,535 ports of a host can be asked at once") {
  MUSTER_NEED_LAB();
  const auto result = run(muster_command({"sweep", "127.0.0.1", "--tcp", "1-65535", "--rate", "0",
                                          "--max-per-host", "0", "--timeout", "20s", "--json"}),
                          {}, std::chrono::seconds{90});
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, R"("status":"refused")") == 65'535);
}

TEST_CASE("all ports of one host are probed, though only a few at a time") {
  const auto result =
      sweep({"127.0.0.1", "--tcp", "20000-21999", "--rate", "0", "--max-per-host", "3", "--json"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, "\"port\"") == 2000);
  CHECK(contains(result.err, "2,000 probes in"));
}

TEST_CASE("probes combine: each target gets every one of them") {
  MUSTER_NEED_ICMP();
  const closed_port closed;
  const auto result =
      sweep({"127.0.0.1-127.0.0.3", "--icmp", "--tcp", closed.text(), "--http=/x", "--json"});
  CHECK(lines_with(result.out, R"("probe":"icmp")") == 3);
  CHECK(lines_with(result.out, R"("probe":"tcp")") == 3);
  CHECK(lines_with(result.out, R"("probe":"http")") == 3);
}

TEST_CASE("a port connected to itself is not taken for an open one") {
  MUSTER_NEED_LAB();
  // With a single ephemeral port, a connect to that port can only meet itself.
  lab::set_system_control("net.ipv4.ip_local_port_range", "40001 40001");
  const auto result = sweep({"127.0.0.1:40001", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("status":"refused")"));
}

TEST_CASE("a host name is resolved before it is connected to") {
  std::uint16_t open = 0;
  const int listener = listen_on_loopback(open);
  const auto result = sweep({"localhost:" + std::to_string(open), "-4", "--json"});
  ::close(listener);
  CAPTURE(result.out);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("target":"localhost:)"));
  CHECK(contains(result.out, R"("address":"127.0.0.1")"));
}

TEST_CASE("an excluded address is not probed through a name either") {
  const auto result = sweep({"localhost:1", "-4", "--exclude", "127.0.0.0/8", "--json"});
  CAPTURE(result.out);
  CHECK(contains(result.out, R"("status":"skipped","reason":"excluded")"));
}

TEST_CASE("an IPv6 address that begins with colons is a target") {
  const auto result = sweep({"::1", "--tcp", "1", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(contains(result.out, R"("target":"::1","probe":"tcp")"));
}

TEST_CASE("the unspecified address is skipped by every kind of probe") {
  for (const char* target : {"0.0.0.0", "::", "::ffff:0.0.0.0", "0.0.0.0/32"}) {
    CAPTURE(target);
    const auto result = sweep({target, "--icmp", "--tcp", "1", "--http", "--exec", "true {}",
                               "--all-addresses", "--json"});
    CAPTURE(result.out, result.err);
    CHECK(lines_with(result.out, R"("status":"skipped","reason":"unspecified_address")") == 4);
    CHECK(lines_with(result.out, "\"status\"") == 4);
  }
}
