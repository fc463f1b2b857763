#pragma once

#include "runners.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace muster::bench {

struct bench_options {
  bool list = false;
  bool all = false;  ///< Every scenario, the figures and the growth.
  std::vector<std::string> scenarios;
  std::vector<std::string> runners;  ///< Empty: all that the scenario lists.
  bool figures = false;
  std::vector<std::string> figure_parts;  ///< Empty: all.
  bool growth = false;
  unsigned rounds = 0;  ///< 0: as the scenario says.
  bool small = false;

  std::string targets;  ///< A user's own; empty: the scenarios'.
  std::string probe = "icmp";
  std::chrono::milliseconds timeout{3000};
  std::uint32_t in_flight = 0;

  std::vector<std::string> from;
  std::vector<std::string> outputs;
  std::string muster;  ///< Empty: the one beside this program.

  // How this program calls itself.
  std::string run_one;
  bool from_stdin = false;
  std::uint32_t serve_names = 0;
  std::chrono::nanoseconds serve_late{0};
};

/// Returns an exit code if there is nothing more to do: after `--help`, or when an option is wrong,
/// which it has then said.
std::optional<int> parse_options(int argc, char** argv, bench_options& out);

/// The work that `--targets`, `--probe` and `--timeout` describe. Throws std::invalid_argument.
work work_of(const bench_options& options);

}  // namespace muster::bench
