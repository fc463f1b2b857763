#pragma once

#include "contenders.hpp"
#include "measured_run.hpp"
#include "report.hpp"
#include "scenarios.hpp"

#include <functional>
#include <string>
#include <vector>

namespace muster::bench {

/// Who takes part, with how many targets each.
struct participant {
  entrant who;
  std::uint32_t targets = 0;  ///< 0: all.
};

struct rounds_options {
  unsigned rounds = 3;
  /// Runs of one contender that took longer than this together are not repeated any more.
  double seconds_max = 6;
  bool warm_up = true;
  /// A line for people while it goes on.
  std::function<void(const std::string&)> say;
};

/// Everybody does the same work, in rounds in which each has one turn.
scenario_report compete(const toolbox& tools, const work& whole,
                        const std::vector<participant>& participants,
                        const rounds_options& options);

/// True if PATH has it, or if it needs no program.
bool is_there(const contender& who);

}  // namespace muster::bench
