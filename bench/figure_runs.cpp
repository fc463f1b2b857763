#include "figure_runs.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster::bench {
namespace {

std::uint32_t results_of(const std::string& file, const std::string& status) {
  const auto wanted = fmt::format("\"status\":\"{}\"", status);
  std::ifstream in{file};
  std::uint32_t out = 0;
  for (std::string line; std::getline(in, line);)
    out += line.find(wanted) != line.npos ? 1U : 0U;
  return out;
}

run_cost checked_run(const toolbox& tools, const figure_command& one) {
  auto cost = measured_run(tools.directory + "/measure", {one.command}, [](std::string_view) {});
  const auto line = fmt::format("{}", fmt::join(one.command, " "));
  if (cost.exit_code != one.exit_code) {
    throw std::runtime_error{
        fmt::format("'{}' ended with code {}: {}", line, cost.exit_code, cost.complaint)};
  }
  if (one.file.empty()) return cost;
  if (const auto found = results_of(one.file, one.status); found != one.count) {
    throw std::runtime_error{
        fmt::format("'{}': {} of {} results are '{}'", line, found, one.count, one.status)};
  }
  return cost;
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

}  // namespace muster::bench
