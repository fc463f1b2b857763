// What those who don't answer cost.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {

void silence(const bench_place& at) {
  work hosts{.targets = targets::addresses(0x0a000001, at.small ? 100 : 10'000)};
  if (at.small) hosts.timeout = std::chrono::milliseconds{300};
  const network net{surroundings::silence, hosts, at.tools.directory};
  const auto count = hosts.targets.size();
  const auto range = hosts.targets.describe();
  const auto timeout = fmt::format("{}ms", hosts.timeout.count());
  const auto threads = own_command(at.tools, "thread", hosts);
  const auto costs = take_turns(
      at.tools, at.rounds(3),
      {at.sweep({"127.0.0.1"}),
       at.recorded({range, "--rate", "0", "--json", "--timeout", timeout}, "timeout", count),
       {threads}});
  const auto what = fmt::format("{} silent hosts, timeout 3 s: ", grouped(count));
  const auto wall = over(costs[1], wall_of);
  const auto cpu = over(costs[1], cpu_of);
  const double more_kib = over(costs[1], memory_of).max - over(costs[0], memory_of).median;
  at.add(what + "wall", "≤ 3.15 s", duration_text(wall.median), wall.median <= 3.15);
  at.add(what + "CPU", "< 100 ms", duration_text(cpu.median), cpu.median < 0.1);
  at.add(what + "memory above an idle start", "< 6 MiB", memory_text(more_kib),
         more_kib < 6 * 1024);
  const double less_cpu = over(costs[2], cpu_of).median / cpu.median;
  const double less_memory = over(costs[2], memory_of).median / over(costs[1], memory_of).median;
  at.add(what + "a thread each takes more CPU", "≥ 20×",
         fmt::format("{} ({})", times_text(less_cpu), duration_text(over(costs[2], cpu_of).median)),
         less_cpu >= 20);
  at.add(what + "a thread each takes more memory", "≥ 10×",
         fmt::format("{} ({} to {})", times_text(less_memory),
                     memory_text(over(costs[2], memory_of).median),
                     memory_text(over(costs[1], memory_of).median)),
         less_memory >= 10);
}

void million(const bench_place& at) {
  work hosts{.targets = targets::addresses(0x0a000001, at.small ? 100 : 1'048'574)};
  const network net{surroundings::silence, hosts, at.tools.directory};
  const auto range = hosts.targets.describe();
  const auto silent = [&](const char* timeout) {
    return at.sweep({range, "--rate", "0", "--timeout", timeout, "--max-in-flight", "2000000"}, 1);
  };
  const auto costs = take_turns(at.tools, at.rounds(3),
                                {{{at.loop("icmp"), range}, 1}, silent(at.small ? "300ms" : "3s")});
  const auto at_once =
      take_turns(at.tools, 1, {silent(at.small ? "300ms" : "15s"), at.sweep({"127.0.0.1"})});
  std::vector<double> walls;
  for (std::size_t i = 0; i < costs[0].size(); ++i)
    walls.push_back(costs[1][i].wall_s / (costs[0][i].wall_s + 3));
  const auto wall = spread::of(std::move(walls));
  const auto cpu = ratios(costs[1], costs[0], cpu_of);
  const double bytes =
      (at_once[0][0].memory_kib - at_once[1][0].memory_kib) * 1024 / hosts.targets.size();
  const auto what = fmt::format("{} silent hosts: ", grouped(hosts.targets.size()));
  at.add(what + "wall against the loop's and the timeout", "≤ 1.10", ratio_text(wall.median, wall),
         wall.median <= 1.10);
  at.add(what + "CPU against the loop's", "≤ 1.5", ratio_text(cpu.median, cpu), cpu.median <= 1.5);
  at.add(what + "memory each, all in flight", "≤ 256 bytes", fmt::format("{:.0f} bytes", bytes),
         bytes <= 256);
}

}  // namespace muster::bench
