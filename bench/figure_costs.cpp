// What a task, a probe and a start cost by themselves.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"
#include "support/loopback.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include <unistd.h>

namespace muster::bench {

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
  const network net{surroundings::nothing, hosts, at.tools.directory};
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
  const network net{surroundings::nothing, hosts, at.tools.directory};
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

void hosts_file_names(const bench_place& at) {
  constexpr std::uint32_t lines = 100'000;
  constexpr std::uint32_t asked = 200;
  constexpr auto what = "200 names of a hosts file of 100,000 lines: wall, beyond their addresses";
  std::string why_not = why_no_name_server();
  if (why_not.empty() && ::access("/etc/hosts", F_OK) != 0) {
    why_not = "there is no /etc/hosts to put it over";
  }
  if (!why_not.empty()) {
    return at.add(what, "< 50 ms", "not measured: " + why_not, at.small);
  }
  auto hosts = loopback_hosts(0x7f000001, lines);
  const network net{surroundings::nothing, hosts, at.tools.directory};
  std::string file;
  std::string names;
  std::string addresses;
  for (std::uint32_t i = 0; i < lines; ++i) {
    file += fmt::format("{} host{}.bench.test host{}\n", hosts.targets.text(i), i, i);
    if (i % (lines / asked) != 0) continue;
    names += fmt::format("host{}.bench.test\n", i);
    addresses += hosts.targets.text(i) + '\n';
  }
  const test::temporary_directory files;
  test::write_whole_file(files.file("hosts"), file);
  test::write_whole_file(files.file("names"), names);
  test::write_whole_file(files.file("addresses"), addresses);
  replace_system_file("hosts", files.file("hosts"));
  const auto costs = take_turns(at.tools, at.rounds(21),
                                {at.sweep({"-iL", files.file("names"), "--rate", "0"}),
                                 at.sweep({"-iL", files.file("addresses"), "--rate", "0"})});
  const double with = over(costs[0], wall_of).median;
  const double without = over(costs[1], wall_of).median;
  at.add(what, "< 50 ms",
         fmt::format("{} ({} to {})", duration_text(with - without), duration_text(with),
                     duration_text(without)),
         at.small || with - without < 0.050);
}

}  // namespace muster::bench
