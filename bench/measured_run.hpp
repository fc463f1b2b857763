#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::bench {

/// What one run of a command cost, with all its descendants.
struct run_cost {
  double wall_s = 0;
  double user_s = 0;
  double system_s = 0;
  double memory_kib = 0;  ///< At its peak, with page tables and the kernel's stacks.
  double rss_kib = 0;     ///< Of the largest process, as the kernel recorded it.
  double threads = 0;     ///< At once.
  double processes = 0;   ///< At once.
  double switches = 0;    ///< Context switches, voluntary and not.
  double first_s = -1;    ///< From its start to its first byte of output; -1 without any.
  int exit_code = -1;
  bool timed_out = false;
  std::string complaint;  ///< The last line of its standard error.

  double cpu_s() const { return user_s + system_s; }
};

struct run_request {
  std::vector<std::string> command;
  /// Lines given to standard input, one each so often; standard input is empty without.
  std::vector<std::string> lines = {};
  std::chrono::microseconds between_lines{0};
  std::chrono::milliseconds time_max{120'000};
};

/// Runs a command through the program `measure`, with its output in a pipe. `on_line` gets its
/// lines: after its end, or, where it writes very much, in between.
run_cost measured_run(const std::string& measure, const run_request& request,
                      const std::function<void(std::string_view)>& on_line);

}  // namespace muster::bench
