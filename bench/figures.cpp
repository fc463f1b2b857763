// What is asked of muster, and whether it is met. Ratios are those of the medians; beside them
// stand the least and the greatest of single rounds.
#include "figures.hpp"

#include "figure_parts.hpp"
#include "numbers_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster::bench {
namespace {

struct figure_part {
  const char* name;
  void (*measure)(const bench_place&);
  bool by_name_only = false;
};
constexpr figure_part all_parts[] = {{"icmp", icmp_rates},
                                     {"tcp", tcp_rates},
                                     {"http", http_rates},
                                     {"names", name_rates},
                                     {"truth", truth},
                                     {"silence", silence},
                                     {"million", million},
                                     {"ctrl-c", interruption},
                                     {"memory", block_memory},
                                     {"exclude", excluded_addresses},
                                     {"slash-8", slash_8, true},
                                     {"tiny", tiny_tasks},
                                     {"flat", flat_cost},
                                     {"start", starts},
                                     {"hosts-file", hosts_file_names},
                                     {"programs", tiny_programs},
                                     {"sleepers", sleeping_programs},
                                     {"writers", writing_programs},
                                     {"outputs", large_outputs}};

}  // namespace

std::string ratio_text(double ratio, const spread& rounds) {
  return fmt::format("{:.2f} ({:.2f}–{:.2f})", ratio, rounds.min, rounds.max);
}

namespace {

double rate(const std::vector<run_cost>& runs, std::uint32_t count) {
  return count / over(runs, wall_of).median;
}

}  // namespace

void add_absent(const bench_place& at, const std::string& what, const char* whom, double asked) {
  at.add(fmt::format("{}: rate against {}", what, whom), fmt::format("≥ {}", asked),
         "not measured: it is not installed", at.small);
}

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
    const bool named = std::find(parts.begin(), parts.end(), one.name) != parts.end();
    if (!named && (!parts.empty() || one.by_name_only)) continue;
    say(one.name);
    one.measure(at);
  }
  return out;
}

}  // namespace muster::bench
