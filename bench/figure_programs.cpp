// What it takes to run a program for each target, beside a plain loop of clone and wait, xargs and
// GNU parallel.
#include "figure_parts.hpp"
#include "numbers_text.hpp"
#include "support/process.hpp"

#include <fmt/format.h>

namespace muster::bench {
namespace {

using words = std::vector<std::string>;

constexpr const char* width = "64";

/// Numbers, one a line.
std::string numbers(const bench_place& at, std::uint32_t count) {
  return write_list(at.tools,
                    {.probe = {probe_kind::program}, .targets = targets::numbered(count)});
}

words muster_run(const bench_place& at, const std::string& list, const std::string& in_flight,
                 words more) {
  words out{at.tools.muster, "run", "--lines", "-iL", list, "-q", "--max-in-flight", in_flight};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

}  // namespace

void tiny_programs(const bench_place& at) {
  const std::uint32_t count = at.small ? 50 : 10'000;
  const auto list = numbers(at, count);
  const auto costs = take_turns(
      at.tools, at.rounds(3),
      {{{at.loop("process"), "--number", "--in-flight", width, fmt::format("{}", count), "true"}},
       {muster_run(at, list, width, {"--", "true"})},
       {{"xargs", "-a", list, "-P", width, "-n", "1", "true"}}});
  const auto what = fmt::format("true for {} targets, 64 at once", grouped(count));
  add_rates(at, what, "the plain loop", costs[0], costs[1], count, 0.85);
  add_rates(at, what, "xargs -P 64 -n 1", costs[2], costs[1], count, 1);
  // It takes milliseconds for each.
  const std::uint32_t fewer = at.small ? 20 : 1'000;
  const auto what_fewer = fmt::format("true for {} targets, 64 at once", grouped(fewer));
  constexpr auto peer = "GNU parallel -j 64";
  if (!test::has_program("parallel")) return add_absent(at, what_fewer, peer, 5);
  const auto some = numbers(at, fewer);
  const auto others = take_turns(at.tools, at.rounds(3),
                                 {{{"parallel", "--will-cite", "-a", some, "-j", width, "true"}},
                                  {muster_run(at, some, width, {"--", "true"})}});
  add_rates(at, what_fewer, peer, others[0], others[1], fewer, 5);
}

void sleeping_programs(const bench_place& at) {
  const std::uint32_t count = at.small ? 20 : 2'000;
  const auto all = fmt::format("{}", count);
  const auto list = numbers(at, count);
  const auto costs = take_turns(at.tools, at.rounds(3),
                                {{{at.loop("process"), "--in-flight", all, all, "sleep", "1"}},
                                 {muster_run(at, list, all, {"--stdin", "--", "sleep", "1"})},
                                 {{"xargs", "-a", list, "-P", all, "-I{}", "sleep", "1"}}});
  const auto what = fmt::format("{} tasks that sleep 1 s, all in flight: ", grouped(count));
  const double wall = over(costs[1], wall_of).median;
  at.add(what + "wall", "≤ 1.5 s",
         fmt::format("{} (the plain loop {}, xargs {})", duration_text(wall),
                     duration_text(over(costs[0], wall_of).median),
                     duration_text(over(costs[2], wall_of).median)),
         wall <= 1.5);
  constexpr double megabytes_20_kib = 20e6 / 1024;
  const double memory = over(costs[1], largest_of).max;
  at.add(what + "memory of muster itself", "< 20 MB", memory_text(memory),
         memory < megabytes_20_kib);
  const double spare = over(costs[1], spare_threads_of).max;
  at.add(what + "threads of muster", "1", fmt::format("{:.0f}", spare + 1), spare < 1);
}

void writing_programs(const bench_place& at) {
  const std::uint32_t many = at.small ? 40 : 10'000;
  const std::uint32_t few = many / 10;
  const auto memory = [&](std::uint32_t count) {
    const auto list = numbers(at, count);
    const auto costs = take_turns(at.tools, 1,
                                  {{muster_run(at, list, width,
                                               {"--json", "-o", "/dev/null", "--stdin", "--",
                                                "head", "-c", "100000", "/dev/zero"})}});
    return costs[0][0].rss_kib;
  };
  const double less = memory(few);
  const double more = memory(many);
  constexpr double same = 1.1;
  at.add(fmt::format("memory of muster for {} and for {} tasks with 100 KB of output each, 64 at "
                     "once",
                     grouped(few), grouped(many)),
         "the same", fmt::format("{} and {}", memory_text(less), memory_text(more)),
         more <= less * same);
}

void large_outputs(const bench_place& at) {
  constexpr std::uint32_t count = 100;
  const std::string each = at.small ? "1000" : "10485760";
  const auto list = numbers(at, count);
  const auto counted = [](const std::string& pipeline) {
    return figure_command{{"sh", "-c", pipeline + " | wc -c"}};
  };
  const auto own = [&](const std::string& bytes) {
    return counted(fmt::format("{} run --lines -iL {} -P 4 --stdin -- head -c {} /dev/zero",
                               at.tools.muster, list, bytes));
  };
  const auto costs = take_turns(
      at.tools, at.rounds(5),
      {own(each), counted(fmt::format("xargs -a {} -P 4 -I{{}} head -c {} /dev/zero", list, each)),
       own("10486")});
  const auto what = fmt::format("{} tasks that write {} bytes each, to a pipe", count, each);
  add_rates(at, what, "xargs -P 4", costs[1], costs[0], count, 1);
  const double large = over(costs[0], largest_of).max;
  const double small = over(costs[2], largest_of).max;
  constexpr double same = 1.1;
  at.add(what + ": memory of muster, and where they write a thousandth", "the same",
         fmt::format("{} and {}", memory_text(large), memory_text(small)), large <= small * same);
}

}  // namespace muster::bench
