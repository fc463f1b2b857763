// What is asked of muster, and whether it is met. Ratios are those of the medians; beside them
// stand the least and the greatest of single rounds.
#include "figures.hpp"

#include "figure_runs.hpp"
#include "network.hpp"
#include "numbers_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {
namespace {

using words = std::vector<std::string>;

/// Where all figures are measured from.
struct bench_place {
  const toolbox& tools;
  bool small;
  std::vector<figure>& out;

  unsigned rounds(unsigned whole) const { return small ? 1 : whole; }
  std::string loop(const char* name) const { return tools.directory + "/limit_" + name; }
  std::string results() const { return tools.files + "/results.jsonl"; }

  figure_command sweep(words arguments, int exit_code = 0) const {
    words command{tools.muster, "sweep"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.emplace_back("-q");
    return {std::move(command), exit_code};
  }
  /// With results in a file, which are checked.
  figure_command recorded(words arguments, const char* status, std::uint32_t count) const {
    arguments.insert(arguments.end(), {"-o", results()});
    auto one = sweep(std::move(arguments), std::string_view{status} == "up" ? 0 : 1);
    one.file = results();
    one.status = status;
    one.count = count;
    return one;
  }
  void add(std::string what, std::string asked, std::string measured, bool met) const {
    out.push_back({std::move(what), std::move(asked), std::move(measured), met});
  }
};

std::string ratio_text(double ratio, const spread& rounds) {
  return fmt::format("{:.2f} ({:.2f}–{:.2f})", ratio, rounds.min, rounds.max);
}

double rate(const std::vector<run_cost>& runs, std::uint32_t count) {
  return count / over(runs, wall_of).median;
}

/// The rate of `own` as a share of that of `other`.
void add_rates(const bench_place& at, const std::string& what, const char* whom,
               const std::vector<run_cost>& other, const std::vector<run_cost>& own,
               std::uint32_t count, double asked) {
  const double share = over(other, wall_of).median / over(own, wall_of).median;
  at.add(fmt::format("{}: rate against {}", what, whom), fmt::format("≥ {}", asked),
         fmt::format("{}, {}/s to {}/s", ratio_text(share, ratios(other, own, wall_of)),
                     short_number(rate(own, count)), short_number(rate(other, count))),
         share >= asked);
}

work loopback_hosts(std::uint32_t first, std::uint32_t count) {
  return {.targets = targets::addresses(first, count), .live = count};
}

void icmp_rates(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, at.small ? 100 : 65'534);
  const network around{surroundings::nothing, hosts, at.tools.directory};
  const auto count = hosts.targets.size();
  const auto range = hosts.targets.describe();
  const auto costs = take_turns(at.tools, at.rounds(7),
                                {{{at.loop("icmp"), range}},
                                 at.recorded({range, "--rate", "0", "--json"}, "up", count),
                                 {{"fping", "-i", "0", "-r", "0", "-q", "-g", hosts.targets.text(0),
                                   hosts.targets.text(count - 1)}}});
  const std::string what = "ICMP echo, a /16 of loopback, JSON lines to a file";
  add_rates(at, what, "the plain loop", costs[0], costs[1], count, 0.85);
  add_rates(at, what, "fping -i 0 -r 0 -q -g", costs[2], costs[1], count, 1.8);
}

void tcp_rates(const bench_place& at) {
  for (const bool accepted : {true, false}) {
    auto hosts = loopback_hosts(0x7f010001, at.small ? 100 : 16'382);
    hosts.probe.kind = probe_kind::tcp;
    const network around{accepted ? surroundings::acceptor : surroundings::nothing, hosts,
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
  const network around{surroundings::web_server, hosts, at.tools.directory};
  const auto count = hosts.targets.size();
  const auto list = write_list(at.tools, hosts);
  const auto costs =
      take_turns(at.tools, at.rounds(15),
                 {{{at.loop("http"), "--in-flight", "64", hosts.targets.describe(),
                    fmt::format("{}", hosts.probe.port)}},
                  at.recorded({"-iL", list, "--rate", "0", "--max-in-flight", "64"}, "up", count)});
  add_rates(at, "HTTP GET, a connection each, 64 in flight, nginx", "the plain loop", costs[0],
            costs[1], count, 0.85);
}

void silence(const bench_place& at) {
  work hosts{.targets = targets::addresses(0x0a000001, at.small ? 100 : 10'000)};
  if (at.small) hosts.timeout = std::chrono::milliseconds{300};
  const network around{surroundings::silence, hosts, at.tools.directory};
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
  const network around{surroundings::silence, hosts, at.tools.directory};
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

void block_memory(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, 1);
  const network around{surroundings::nothing, hosts, at.tools.directory};
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

void exclusion(const bench_place& at, const char* block, std::uint32_t count, unsigned rounds) {
  auto hosts = loopback_hosts(0x7f000001, 1);
  const network around{surroundings::nothing, hosts, at.tools.directory};
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

void excluded_addresses(const bench_place& at) {
  exclusion(at, "127.0.0.0/16", 65'534, 7);
  if (!at.small) exclusion(at, "127.0.0.0/13", 524'286, 3);
}

void tiny_tasks(const bench_place& at) {
  work tasks{.probe = {probe_kind::task},
             .targets = targets::numbered(at.small ? 1'000 : 1'000'000)};
  const auto costs =
      take_turns(at.tools, at.rounds(7), {{own_command(at.tools, "coroutine", tasks)}});
  const auto each = over(costs[0], wall_of).median / tasks.targets.size();
  at.add("a task that does nothing, through muster::for_each", "< 1 µs", duration_text(each),
         at.small || each < 1e-6);
}

void flat_cost(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, at.small ? 1'000 : 1'000'000);
  const network around{surroundings::nothing, hosts, at.tools.directory};
  const auto sweep_of = [&](std::uint32_t count) {
    return at.sweep({hosts.targets.first(count).describe(), "--rate", "0"});
  };
  const auto idle = over(take_turns(at.tools, at.rounds(21), {sweep_of(1)})[0], cpu_of).median;
  const auto each = [&](std::uint32_t count, unsigned rounds) {
    return (over(take_turns(at.tools, at.rounds(rounds), {sweep_of(count)})[0], cpu_of).median -
            idle) /
           count;
  };
  const double few = each(1'000, 21);
  const double many = each(hosts.targets.size(), 3);
  at.add("CPU for each probe, 1,000,000 targets against 1,000, beyond an idle start", "≤ 1.10",
         fmt::format("{:.2f} ({} to {})", many / few, duration_text(many), duration_text(few)),
         many <= few * 1.10);
}

void starts(const bench_place& at) {
  auto hosts = loopback_hosts(0x7f000001, 1);
  const network around{surroundings::nothing, hosts, at.tools.directory};
  const auto costs = take_turns(at.tools, at.rounds(21),
                                {{{at.tools.muster, "--version"}},
                                 {{at.tools.muster, "sweep", "127.0.0.0/18", "--rate", "0"}}});
  const auto version = over(costs[0], wall_of);
  const auto first = over(costs[1], first_of);
  at.add("muster --version, from start to end", "≤ 10 ms",
         fmt::format("{} (at most {})", duration_text(version.median), duration_text(version.max)),
         version.median <= 0.010);
  at.add("the first result of a sweep, from its start", "≤ 20 ms",
         fmt::format("{} (at most {})", duration_text(first.median), duration_text(first.max)),
         first.median <= 0.020);
}

struct figure_part {
  const char* name;
  void (*measure)(const bench_place&);
};
constexpr figure_part all_parts[] = {{"icmp", icmp_rates},
                                     {"tcp", tcp_rates},
                                     {"http", http_rates},
                                     {"silence", silence},
                                     {"million", million},
                                     {"memory", block_memory},
                                     {"exclude", excluded_addresses},
                                     {"tiny", tiny_tasks},
                                     {"flat", flat_cost},
                                     {"start", starts}};

}  // namespace

std::string figure_part_names() {
  std::string out;
  for (const auto& one : all_parts)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", one.name);
  return out;
}

bool is_figure_part(const std::string& name) {
  return std::any_of(std::begin(all_parts), std::end(all_parts),
                     [&](const figure_part& one) { return name == one.name; });
}

std::vector<figure> measure_figures(const toolbox& tools, const std::vector<std::string>& parts,
                                    bool small,
                                    const std::function<void(const std::string&)>& say) {
  std::vector<figure> out;
  const bench_place at{tools, small, out};
  for (const auto& one : all_parts) {
    if (!parts.empty() && std::find(parts.begin(), parts.end(), one.name) == parts.end()) continue;
    say(one.name);
    one.measure(at);
  }
  return out;
}

}  // namespace muster::bench
