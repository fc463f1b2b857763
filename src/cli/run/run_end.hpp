#pragma once

#include "cli/jobs/job_keeper.hpp"
#include "cli/run/run_arguments.hpp"
#include "cli/run/run_outputs.hpp"
#include "muster/task.hpp"

namespace muster {

/// What a run of commands has come to.
struct run_end {
  const run_arguments& arguments;
  const run_summary& summary;
  const run_outputs& outputs;
  const job_keeper* keeper;  ///< Of a job; nullptr for none.
  bool interrupted;
  bool begin_failed;   ///< The script before the first task did not succeed.
  bool script_failed;  ///< One of the scripts did not.
  bool out_of_memory;
  bool list_failed;   ///< Targets may be missing.
  bool list_refused;  ///< A bad line has ended it.
};

/// Tells the user on standard error what it came to, and what was not as it should be. Returns the
/// exit code.
int tell_end(const run_end& end);

/// Where the memory went, for people.
extern const char* const run_memory_text;

}  // namespace muster
