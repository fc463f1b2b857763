// What stands between this machine and its targets: links of another size, and routers that answer
// for hosts.
#include "cli/sweep.hpp"

using namespace muster::test;

TEST_CASE("what is too big for a link on the way is sent in fragments, unless that is forbidden") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour router{"192.0.2.1/24", "192.0.2.2/24"};
  const neighbour narrow{router, "198.51.100.1/24", "198.51.100.2/24", 1400};
  neighbour::route_via("198.51.100.0/24", "192.0.2.2");
  for (const char* kind : {"raw", "datagram"}) {
    // The first request, and one when the kernel has learnt how much fits.
    for (const char* df : {"", "--df", "--df", ""}) {
      std::vector<std::string> words{"198.51.100.2", "--size", "1450",          "--timeout",
                                     "2s",           "--json", "--icmp-socket", kind};
      if (*df != '\0') words.emplace_back(df);
      const auto result = sweep(words);
      CAPTURE(kind, df, result.out, result.err);
      CHECK(contains(result.out, R"("status":"up")") == (*df == '\0'));
      const bool told = contains(result.out, R"("reason":"icmp_fragmentation_needed")") ||
                        contains(result.out, R"("reason":"message_too_big")");
      CHECK(told == (*df != '\0'));
    }
    const auto whole = sweep({"198.51.100.2", "--size", "1300", "--df", "--icmp-socket", kind});
    CHECK(whole.exit_code == 0);
  }
}

TEST_CASE("an IPv6 request that is too big for a link on the way is sent again, in fragments") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour router{"2001:db8:1::1/64", "2001:db8:1::2/64"};
  const neighbour narrow{router, "2001:db8:2::1/64", "2001:db8:2::2/64", 1400};
  neighbour::route_via("2001:db8:2::/64", "2001:db8:1::2");
  for (const char* kind : {"raw", "datagram"}) {
    for (const char* df : {"--df", ""}) {
      std::vector<std::string> words{"2001:db8:2::2", "--size",        "1400", "--timeout", "2s",
                                     "--json",        "--icmp-socket", kind};
      if (*df != '\0') words.emplace_back(df);
      // What an earlier one has taught the kernel is forgotten, so that each begins anew. A busy
      // machine may lose a packet, but not three times.
      process_result result;
      for (int attempt = 0; attempt < 3; ++attempt) {
        CHECK(run({"ip", "-6", "route", "flush", "cache"}).exit_code == 0);
        result = sweep(words);
        if (!contains(result.out, R"("reason":"no_reply")")) break;
      }
      CAPTURE(kind, df, result.out, result.err);
      CHECK(contains(result.out, R"("status":"up")") == (*df == '\0'));
      CHECK(contains(result.out, R"("reason":"icmp_packet_too_big")") == (*df != '\0'));
    }
  }
}

TEST_CASE("a router that rejects what is for others does not make them refuse, nor be there") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour router{"192.0.2.1/24", "192.0.2.2/24"};
  const neighbour beyond{router, "203.0.113.1/24", "203.0.113.2/24", 1500};
  router.run("ip route add 198.51.100.0/24 via 203.0.113.2");
  router.set_system_control("net.ipv4.icmp_ratelimit", "0");
  router.run("nft add table inet far");
  router.run("nft add chain inet far through { type filter hook forward priority 0; }");
  router.run("nft add rule inet far through ip daddr 198.51.100.0/24 reject");
  // One that is there, and rejects by itself what is for it.
  router.run("nft add chain inet far in { type filter hook input priority 0; }");
  router.run("nft add rule inet far in meta l4proto { tcp, icmp } reject");
  neighbour::route_via("198.51.100.0/24", "192.0.2.2");
  for (const char* kind : {"raw", "datagram"}) {
    const auto result = sweep({"198.51.100.1-198.51.100.3", "192.0.2.2", "--icmp", "--tcp", "80",
                               "--http", "--timeout", "2s", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    const std::string rejected =
        R"("status":"unreachable","reason":"icmp_port_unreachable","error_source":"192.0.2.2")";
    CHECK(lines_with(result.out, rejected) == 9);
    CHECK(lines_with(result.out, R"("status":"refused","reason":"icmp_port_unreachable")") == 3);
    CHECK(lines_with(result.out, R"("error_source":"192.0.2.2")") == 12);
    const auto alive = sweep({"198.51.100.1-198.51.100.3", "192.0.2.2", "--alive-first", "--tcp",
                              "80", "--timeout", "2s", "--json", "--icmp-socket", kind});
    CAPTURE(alive.out, alive.err);
    CHECK(lines_with(alive.out, R"("reason":"host_silent")") == 3);
    CHECK(lines_with(alive.out, R"("probe":"tcp","address":"192.0.2.2")") == 1);
    CHECK(lines_with(alive.out, R"("status":"refused")") == 2);
  }
}

TEST_CASE("a router that rejects what is for others over IPv6 is told from the host") {
  MUSTER_NEED_LAB();
  lab::allow_ping_sockets(0, 0);
  const neighbour router{"2001:db8:1::1/64", "2001:db8:1::2/64"};
  const neighbour beyond{router, "2001:db8:2::1/64", "2001:db8:2::2/64", 1500};
  router.set_system_control("net.ipv6.icmp.ratelimit", "0");
  router.run("nft add table inet far");
  router.run("nft add chain inet far through { type filter hook forward priority 0; }");
  router.run("nft add rule inet far through ip6 daddr 2001:db8:2::2 reject");
  neighbour::route_via("2001:db8:2::/64", "2001:db8:1::2");
  for (const char* kind : {"raw", "datagram"}) {
    const auto result =
        sweep({"2001:db8:2::2", "--timeout", "2s", "--json", "--icmp-socket", kind});
    CAPTURE(kind, result.out, result.err);
    CHECK(lines_with(result.out, R"("status":"unreachable","reason":"icmp_port_unreachable",)"
                                 R"("error_source":"2001:db8:1::2")") == 1);
  }
}
