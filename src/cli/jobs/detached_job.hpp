#pragma once

#include "cli/run/run_arguments.hpp"
#include "store/job_directory.hpp"

#include <string>
#include <vector>

namespace muster {

/// The directory for jobs: the one that is named, or the usual one. Throws usage_error when neither
/// is known.
job_directory jobs_at(const std::string& state_directory);

/// Starts a run as a job in a process of its own, and returns once it runs or can't. `words` are
/// the command line, for when it is gone on with. Call it while there is nothing else in this
/// process: it forks. Returns, in both processes, the exit code.
int start_job(const run_arguments& arguments, const std::vector<std::string>& words);

/// Goes on with a job in the same way: runs what has not succeeded.
int resume_job(const job_directory& jobs, const std::string& name);

}  // namespace muster
