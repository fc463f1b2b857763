// What the size of a block, and what is left out of it, cost.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {

void block_memory(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, 1);
  const network net{surroundings::nothing, hosts, at.tools.directory};
  const auto block = [&](const char* text) { return at.sweep({text, "--rate", "0"}); };
  const auto costs = take_turns(at.tools, 1,
                                {block(at.small ? "127.0.0.0/20" : "127.0.0.0/16"),
                                 block(at.small ? "127.0.0.0/18" : "127.0.0.0/10")});
  const double few = costs[0][0].memory_kib;
  const double many = costs[1][0].memory_kib;
  constexpr double same = 1.05;
  at.add("peak memory of a /16 and of a /10", "the same",
         fmt::format("{} and {}", memory_text(few), memory_text(many)), many <= few * same);
}

namespace {

void exclusion(const bench_place& at, const char* block, std::uint32_t count, unsigned rounds) {
  auto hosts = loopback_hosts(0x7f000001, 1);
  const network net{surroundings::nothing, hosts, at.tools.directory};
  // 100,000 entries, of which 20,000 take every third address of a part of the block.
  constexpr std::uint32_t taken = 20'000;
  work list{.targets = targets::addresses(0x0a000000, 80'000)};
  const auto file = write_list(at.tools, list);
  std::string more = test::read_whole_file(file);
  for (std::uint32_t i = 0; i < taken; ++i)
    more += targets::addresses(0x7f000000 + i * 3, 1).text(0) + "\n";
  test::write_whole_file(file, more);
  const auto costs = take_turns(
      at.tools, at.rounds(rounds),
      {at.sweep({block, "--rate", "0", "--json", "-o", at.results()}),
       at.sweep({block, "--rate", "0", "--json", "-o", at.results(), "--exclude-file", file})});
  const double share = static_cast<double>(count) / (count - taken);
  auto each = ratios(costs[1], costs[0], wall_of);
  const double median = over(costs[1], wall_of).median / over(costs[0], wall_of).median * share;
  each.min *= share;
  each.max *= share;
  const auto prefix = std::string{block}.substr(std::string{block}.find('/'));
  at.add(fmt::format("time for each probe of a {} with 100,000 excluded addresses", prefix),
         "< 1.05", ratio_text(median, each), median < 1.05);
}

}  // namespace

void excluded_addresses(const bench_place& at) {
  exclusion(at, "127.0.0.0/16", 65'534, 7);
  if (!at.small) exclusion(at, "127.0.0.0/13", 524'286, 3);
}

// Takes minutes, so it is measured only when it is asked for by name.
void slash_8(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, at.small ? 4'094 : 16'777'214);
  const network net{surroundings::nothing, hosts, at.tools.directory};
  const auto count = hosts.targets.size();
  const auto range = hosts.targets.describe();
  const auto costs = take_turns(
      at.tools, 1,
      {{{at.loop("icmp"), range}}, at.recorded({range, "--rate", "0", "--json"}, "up", count)});
  const auto what = fmt::format("ICMP echo, {} hosts of a /8", grouped(count));
  add_rates(at, what, "the plain loop", costs[0], costs[1], count, 0.85);
  constexpr double small_kib = 16 * 1024;
  const double memory = costs[1][0].memory_kib;
  at.add(what + ": memory", "< 16 MiB", memory_text(memory), memory < small_kib);
}

}  // namespace muster::bench
