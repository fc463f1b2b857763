#include "figure_runs.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster::bench {

std::uint32_t results_of(const std::string& file, const std::string& status) {
  const auto wanted = fmt::format("\"status\":\"{}\"", status);
  std::ifstream in{file};
  std::uint32_t out = 0;
  for (std::string line; std::getline(in, line);)
    out += line.find(wanted) != line.npos ? 1U : 0U;
  return out;
}

namespace {

/// What is wrong with a run; empty if nothing is.
std::string fault_of(const figure_command& one, const run_cost& cost) {
  if (cost.exit_code != one.exit_code) {
    return fmt::format("ended with code {} {}", cost.exit_code, cost.complaint);
  }
  if (one.file.empty()) return {};
  const auto found = results_of(one.file, one.status);
  if (found == one.count) return {};
  return fmt::format("{} of {} results are '{}'", found, one.count, one.status);
}

/// The kernel drops a packet now and then when something else on the machine holds it up, whoever
/// is being measured. Such a run is made again.
run_cost checked_run(const toolbox& tools, const figure_command& one) {
  constexpr int tries = 3;
  std::string fault;
  const auto line = fmt::format("{}", fmt::join(one.command, " "));
  for (int i = 0; i < tries; ++i) {
    auto cost = measured_run(tools.directory + "/measure", {one.command}, [](std::string_view) {});
    fault = fault_of(one, cost);
    if (fault.empty()) return cost;
    fmt::print(stderr, "muster-bench: once more, as '{}' {}\n", line, fault);
  }
  throw std::runtime_error{fmt::format("'{}' {}, and that {} times", line, fault, tries)};
}

}  // namespace

std::vector<std::vector<run_cost>> take_turns(const toolbox& tools, unsigned rounds,
                                              const std::vector<figure_command>& commands) {
  std::vector<std::vector<run_cost>> out(commands.size());
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < commands.size(); ++i)
      out[i].push_back(checked_run(tools, commands[i]));
  }
  return out;
}

spread over(const std::vector<run_cost>& runs, double (*value)(const run_cost&)) {
  std::vector<double> values;
  for (const auto& run : runs)
    values.push_back(value(run));
  return spread::of(std::move(values));
}

spread ratios(const std::vector<run_cost>& a, const std::vector<run_cost>& b,
              double (*value)(const run_cost&)) {
  std::vector<double> values;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    values.push_back(value(a[i]) / value(b[i]));
  return spread::of(std::move(values));
}

double wall_of(const run_cost& run) { return run.wall_s; }
double cpu_of(const run_cost& run) { return run.cpu_s(); }
double memory_of(const run_cost& run) { return run.memory_kib; }
double first_of(const run_cost& run) { return run.first_s; }
double largest_of(const run_cost& run) { return run.rss_kib; }
double spare_threads_of(const run_cost& run) { return run.threads - run.processes; }

}  // namespace muster::bench
