// How fast it sweeps, beside the plain loops and fping.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"
#include "support/process.hpp"
#include "support/unbound_server.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace muster::bench {
namespace {

using words = std::vector<std::string>;

}  // namespace

void icmp_rates(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, at.small ? 100 : 65'534);
  const network net{surroundings::nothing, hosts, at.tools.directory};
  const auto count = hosts.targets.size();
  const auto range = hosts.targets.describe();
  std::vector<figure_command> commands{{{at.loop("icmp"), range}},
                                       at.recorded({range, "--rate", "0", "--json"}, "up", count)};
  const bool has_peer = test::has_program("fping");
  if (has_peer) {
    commands.push_back({{"fping", "-i", "0", "-r", "0", "-q", "-g", hosts.targets.text(0),
                         hosts.targets.text(count - 1)}});
  }
  const auto costs = take_turns(at.tools, at.rounds(7), commands);
  const std::string what = "ICMP echo, a /16 of loopback, JSON lines to a file";
  add_rates(at, what, "the plain loop", costs[0], costs[1], count, 0.85);
  constexpr auto peer = "fping -i 0 -r 0 -q -g";
  if (!has_peer) return add_absent(at, what, peer, 1.8);
  add_rates(at, what, peer, costs[2], costs[1], count, 1.8);
}

void tcp_rates(const bench_place& at) {
  for (const bool accepted : {true, false}) {
    auto hosts = loopback_hosts(0x7f010001, at.small ? 100 : 16'382);
    hosts.probe.kind = probe_kind::tcp;
    const network net{accepted ? surroundings::acceptor : surroundings::nothing, hosts,
                      at.tools.directory};
    const auto count = hosts.targets.size();
    const auto range = hosts.targets.describe();
    const auto port = fmt::format("{}", hosts.probe.port);
    words loop{at.loop("tcp"), range, port};
    if (!accepted) loop.insert(loop.begin() + 1, "--refused");
    const auto costs = take_turns(
        at.tools, at.rounds(9),
        {{loop},
         at.recorded({range, "--tcp", port, "--rate", "0"}, accepted ? "up" : "refused", count)});
    add_rates(at, accepted ? "TCP connect, accepted" : "TCP connect, refused", "the plain loop",
              costs[0], costs[1], count, 0.85);
  }
}

void http_rates(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f010001, at.small ? 100 : 16'382);
  hosts.probe.kind = probe_kind::http;
  const network net{surroundings::web_server, hosts, at.tools.directory};
  const auto count = hosts.targets.size();
  const auto list = write_list(at.tools, hosts);
  const auto costs =
      take_turns(at.tools, at.rounds(9),
                 {{{at.loop("http"), "--in-flight", "64", hosts.targets.describe(),
                    fmt::format("{}", hosts.probe.port)}},
                  at.recorded({"-iL", list, "--rate", "0", "--max-in-flight", "64"}, "up", count)});
  add_rates(at, "HTTP GET, a connection each, 64 in flight, nginx", "the plain loop", costs[0],
            costs[1], count, 0.85);
}

// Names alone cost nothing but their lookups: what is looked up is on loopback, and echoes at once.
void name_rates(const bench_place& at) {
  const std::uint32_t count = at.small ? 100 : 10'000;
  const char* const what = "names through unbound, an echo request each, JSON lines to a file";
  constexpr auto peer = "dnsperf -c 1, which only looks them up";
  constexpr double asked = 0.67;  // within 1.5 times of its time
  auto hosts = loopback_hosts(0x7f000001, count);
  const network net{surroundings::nothing, hosts, at.tools.directory};
  test::unbound_server unbound;
  const bool has_all = test::has_program("dnsperf") && test::has_program("unbound");
  if (!has_all || !unbound.started()) return add_absent(at, what, peer, asked);
  std::string names;
  std::string questions;
  for (std::uint32_t i = 0; i < count; ++i) {
    names += fmt::format("n{}.bulk.test\n", i);
    questions += fmt::format("n{}.bulk.test A\n", i);
  }
  const std::string list = at.tools.files + "/names.txt";
  const std::string asked_list = at.tools.files + "/questions.txt";
  test::write_whole_file(list, names);
  test::write_whole_file(asked_list, questions);
  const auto costs =
      take_turns(at.tools, at.rounds(7),
                 {{{"dnsperf", "-s", "127.0.0.1", "-p", fmt::format("{}", unbound.port()), "-d",
                    asked_list, "-n", "1", "-c", "1"}},
                  at.recorded({"-iL", list, "-4", "--resolver", unbound.address(), "--rate", "0",
                               "--max-per-host", "0", "--icmp"},
                              "up", count)});
  add_rates(at, what, peer, costs[0], costs[1], count, asked);
}

}  // namespace muster::bench
