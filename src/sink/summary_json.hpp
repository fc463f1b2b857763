#pragma once

#include "muster/statistics.hpp"
#include "muster/sweep.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

/// What a sweep came to, for programs.
struct run_record {
  std::string command;  ///< How the sweep was asked for.
  std::chrono::system_clock::time_point started;
  std::chrono::system_clock::time_point ended;
  int exit_status = 0;
  std::optional<sweep_summary> summary;  ///< Nothing when the sweep did not come to its end.
  sweep_options limits;                  ///< Those that hold for it.
  std::vector<std::string> warnings;     ///< What was said on standard error besides.
  std::uint64_t warnings_dropped = 0;
};

/// Appends the record as one JSON object and a newline; docs/output.md has its members.
void append_summary_json(std::string& out, const run_record& record);

}  // namespace muster
