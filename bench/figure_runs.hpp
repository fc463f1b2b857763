#pragma once

#include "contenders.hpp"
#include "measured_run.hpp"
#include "report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace muster::bench {

/// A command that takes part in a figure, and what its result must be.
struct figure_command {
  std::vector<std::string> command;
  int exit_code = 0;
  /// The file with JSON lines that it writes, which must hold `count` results of `status`; none if
  /// empty.
  std::string file = {};
  std::string status = {};
  std::uint32_t count = 0;
};

/// How many results of that status a file with JSON lines holds.
std::uint32_t results_of(const std::string& file, const std::string& status);

/// The costs of each command, in as many rounds, in which each has one turn. Throws
/// std::runtime_error when one doesn't do what it must.
std::vector<std::vector<run_cost>> take_turns(const toolbox& tools, unsigned rounds,
                                              const std::vector<figure_command>& commands);

/// `value` of each run.
spread over(const std::vector<run_cost>& runs, double (*value)(const run_cost&));
/// `value(a) / value(b)`, with `b` of the same round.
spread ratios(const std::vector<run_cost>& a, const std::vector<run_cost>& b,
              double (*value)(const run_cost&));

double wall_of(const run_cost& run);
double cpu_of(const run_cost& run);
double memory_of(const run_cost& run);
double first_of(const run_cost& run);
/// Of the largest of its processes.
double largest_of(const run_cost& run);
/// Threads beyond one for each process.
double spare_threads_of(const run_cost& run);

}  // namespace muster::bench
