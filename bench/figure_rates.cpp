// How fast it sweeps, beside the plain loops and fping.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"
#include "support/process.hpp"

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

}  // namespace muster::bench
