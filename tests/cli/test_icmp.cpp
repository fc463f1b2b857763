#include "cli/sweep.hpp"

using namespace muster::test;

TEST_CASE("a live host is up, with its round trip and TTL") {
  MUSTER_NEED_ICMP();
  const auto result = sweep({"127.0.0.1", "--json"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("target":"127.0.0.1","probe":"icmp","address":"127.0.0.1")"));
  CHECK(contains(result.out, R"("status":"up","rtt_ms":)"));
  CHECK(contains(result.out, R"("ttl":64,"bytes":64)"));
  CHECK(contains(result.err, "1 probe in"));
  CHECK(contains(result.err, "1 up"));
}

TEST_CASE("every address of a block answers once, and the summary agrees with the lines") {
  MUSTER_NEED_ICMP();
  const auto result = sweep({"127.0.0.0/20", "--rate", "0", "--json"});
  CHECK(result.exit_code == 0);
  CHECK(lines_with(result.out, R"("status":"up")") == 4094);
  CHECK(contains(result.err, "4,094 probes in"));
  CHECK(contains(result.err, "4,094 up"));
}

TEST_CASE("an IPv6 target is probed as an IPv4 one is") {
  MUSTER_NEED_ICMP();
  const auto result = sweep({"::1", "--json"});
  if (contains(result.out, "no_route") || contains(result.out, "address_not_available")) {
    MUSTER_SKIP("this machine has no IPv6 loopback");
  }
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("target":"::1","probe":"icmp","address":"::1","status":"up")"));
}

TEST_CASE("several echo requests give loss, spread and jitter") {
  MUSTER_NEED_ICMP();
  const auto result = sweep({"127.0.0.1", "--count", "3", "--interval", "5ms", "--json"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("sent":3,"received":3,"loss":0.000)"));
  CHECK(contains(result.out, R"("jitter_ms":)"));
}

TEST_CASE("the payload size is what was asked for, down to none and up to many fragments") {
  MUSTER_NEED_ICMP();
  for (const char* size : {"0", "1", "15", "16", "1000", "60000"}) {
    const auto result = sweep({"127.0.0.1", "--size", size, "--json"});
    CAPTURE(size, result.out, result.err);
    CHECK(result.exit_code == 0);
    CHECK(contains(result.out, "\"bytes\":" + std::to_string(std::stoi(size) + 8)));
  }
}

TEST_CASE("TTL, type of service, source address and don't-fragment are accepted by the kernel") {
  MUSTER_NEED_ICMP();
  const auto result =
      sweep({"127.0.0.1", "--ttl", "9", "--tos", "16", "--df", "--source", "127.0.0.9", "--json"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, R"("status":"up")"));
}

TEST_CASE("a source address that is not this machine's is an error of this machine") {
  MUSTER_NEED_ICMP();
  const auto result = sweep({"127.0.0.1", "--source", "192.0.2.77", "--json"});
  CHECK(result.exit_code == 3);
  CHECK(contains(result.out, R"("status":"local_error")"));
  CHECK(contains(result.err, "can't send from 192.0.2.77"));
}

TEST_CASE("without any permission, the message says the two commands that would help") {
  MUSTER_NEED_LAB();  // where ping_group_range allows nobody
  auto command = without_capabilities(muster_command({"sweep", "127.0.0.1", "--json"}));
  const auto result = run(command);
  CHECK(result.exit_code == 3);
  CHECK(contains(result.out, R"("reason":"permission_denied")"));
  CHECK(contains(result.err, "sysctl -w net.ipv4.ping_group_range"));
  const std::string program = std::filesystem::canonical(MUSTER_BINARY).string();
  CHECK(contains(result.err, "sudo setcap cap_net_raw+ep " + program + "\n"));

  command.insert(command.end(), {"--icmp-socket", "raw"});
  const auto raw = run(command);
  CHECK_FALSE(contains(raw.err, "ping_group_range"));
  CHECK(contains(raw.err, "setcap cap_net_raw+ep"));
  command.back() = "datagram";
  const auto datagram = run(command);
  CHECK(contains(datagram.err, "ping_group_range"));
  CHECK_FALSE(contains(datagram.err, "setcap"));
}

TEST_CASE("the program that the message names is the one that runs, wherever it is") {
  MUSTER_NEED_LAB();
  const temporary_directory directory;
  const std::string copy = directory.file("my muster");
  std::filesystem::copy_file(MUSTER_BINARY, copy);
  const auto result = run(without_capabilities({copy, "sweep", "127.0.0.1"}));
  CHECK(contains(result.err,
                 "setcap cap_net_raw+ep '" + std::filesystem::canonical(copy).string() + "'\n"));
}
