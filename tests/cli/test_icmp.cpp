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

TEST_CASE("a host that is slower than it may be is a mismatch, for all or for a row") {
  MUSTER_NEED_ICMP();
  const auto asked = [](const std::string& bounds) {
    return sweep({"127.0.0.1", "--expect-rtt", bounds, "--json"}).out;
  };
  CHECK(contains(asked("1h"), R"("status":"up")"));
  CHECK(contains(asked("1ns"), R"("status":"mismatch","reason":"rtt_warning")"));
  CHECK(contains(asked("1ns,2ns"), R"("status":"mismatch","reason":"rtt_critical")"));
  CHECK(contains(asked("1ns,1h"), R"("status":"mismatch","reason":"rtt_warning","rtt_ms":)"));
  process_options rows;
  rows.input = "target,expect_rtt\n127.0.0.1,1ns\n127.0.0.2,\n";
  const auto result = sweep({"-iL", "-", "--json"}, rows);
  CHECK(lines_with(result.out, "rtt_warning") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
}

TEST_CASE("a host that loses more than it may is a mismatch, and one that loses all a timeout") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour far{"192.0.2.1/24", "192.0.2.2/24"};
  far.run("nft add table inet far");
  far.run("nft add chain inet far in { type filter hook input priority 0; }");
  // Every second one, beginning with the first.
  far.run("nft add rule inet far in icmp type echo-request numgen inc mod 2 0 drop");
  const auto asked = [](const std::string& bounds) {
    return sweep({"192.0.2.2", "--count", "4", "--interval", "100ms", "--timeout", "50ms",
                  "--expect-loss", bounds, "--json"})
        .out;
  };
  CHECK(contains(asked("50%"), R"("status":"up")"));
  CHECK(contains(asked("49%"), R"("status":"mismatch","reason":"loss_warning")"));
  CHECK(contains(asked("10,49"), R"("status":"mismatch","reason":"loss_critical")"));
  CHECK(contains(asked("10%,50%"), R"("status":"mismatch","reason":"loss_warning")"));
  far.run("nft add rule inet far in icmp type echo-request drop");
  CHECK(contains(asked("0%"), R"("status":"timeout")"));
}

TEST_CASE("a bound that can't be meant is refused") {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--expect-loss", "101%"},
                                                {"--expect-loss", "5,1"},
                                                {"--expect-loss", ""},
                                                {"--expect-rtt", "soon"},
                                                {"--expect-rtt", "2s,1s"}}) {
    std::vector<std::string> all{"127.0.0.1"};
    all.insert(all.end(), wrong.begin(), wrong.end());
    CAPTURE(wrong);
    CHECK(sweep(all).exit_code == 2);
  }
}
