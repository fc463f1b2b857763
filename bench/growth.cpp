#include "growth.hpp"

#include "network.hpp"
#include "numbers_text.hpp"
#include "rounds.hpp"

#include <fmt/format.h>

namespace muster::bench {
namespace {

/// How far each contender is followed: where it would take minutes, or can't go on, it ends.
struct followed {
  const char* contender;
  std::uint32_t up_to;
};

struct growth_scenario {
  const char* name;
  const char* title;
  const char* x_title;
  surroundings around;
  work (*at)(std::uint32_t count);
  std::uint32_t first;
  std::uint32_t last;
  std::vector<followed> lines;
};

work all_silent(std::uint32_t count) {
  return {.targets = targets::addresses(0x0a000001, count),
          .timeout = std::chrono::seconds{1},
          .in_flight = count};
}

work all_alive(std::uint32_t count) {
  return {.targets = targets::addresses(0x7f000001, count), .live = count};
}

const std::vector<growth_scenario> growth_scenarios{
    {"in-flight",
     "silent hosts, all in flight at once, timeout 1 s",
     "in flight",
     surroundings::silence,
     all_silent,
     10,
     1'000'000,
     {{"coroutine", 1'000'000}, {"thread", 100'000}, {"limit", 1'000'000}, {"fping", 100'000}}},
    {"targets",
     "hosts that answer, each tool with its defaults",
     "targets",
     surroundings::nothing,
     all_alive,
     1'000,
     10'000'000,
     {{"coroutine", 10'000'000},
      {"thread", 100'000},
      {"pool:64", 100'000},
      {"limit", 10'000'000},
      {"fping", 1'000'000}}},
};

growth_point point_of(const row& one, std::uint32_t x) {
  growth_point out;
  out.x = x;
  if (one.outcome != verdict::good) {
    out.why_not = one.why;
    return out;
  }
  out.cpu_us_per_probe = one.cpu_us_per_probe();
  out.wall_s = one.wall_s.median;
  out.memory_kib = one.memory_kib.median;
  return out;
}

growth_report follow(const toolbox& tools, const growth_scenario& scenario, bool small,
                     const std::function<void(const std::string&)>& say) {
  growth_report out{scenario.name, scenario.title, scenario.x_title, {}};
  for (const auto& line : scenario.lines)
    out.lines.push_back({line.contender, {}});
  const auto last = small ? scenario.first * 10 : scenario.last;
  for (std::uint32_t x = scenario.first; x <= last; x *= 10) {
    say(fmt::format("{} {}", grouped(x), scenario.x_title));
    work wanted = scenario.at(x);
    const network net{scenario.around, wanted, tools.directory};
    constexpr std::uint32_t repeated_up_to = 100'000;
    rounds_options rounds;
    rounds.rounds = x <= repeated_up_to && !small ? 3 : 1;
    rounds.warm_up = !small;
    rounds.seconds_max = 6;
    std::vector<participant> followers;
    for (const auto& line : scenario.lines) {
      if (x <= line.up_to) followers.push_back({entrant::parse(line.contender)});
    }
    const auto measured = compete(tools, wanted, followers, rounds);
    for (auto& line : out.lines) {
      const auto* found = measured.find(line.contender);
      line.points.push_back(
          found ? point_of(*found, x)
                : growth_point{.x = static_cast<double>(x), .why_not = "not followed so far"});
    }
  }
  return out;
}

}  // namespace

std::vector<growth_report> measure_growth(const toolbox& tools, bool small,
                                          const std::function<void(const std::string&)>& say) {
  std::vector<growth_report> out;
  for (const auto& scenario : growth_scenarios)
    out.push_back(follow(tools, scenario, small, say));
  return out;
}

}  // namespace muster::bench
