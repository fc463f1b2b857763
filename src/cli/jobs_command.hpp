#pragma once

#include "cli/detached_job.hpp"
#include "cli/jobs_arguments.hpp"

namespace muster {

/// Runs `muster jobs` and its verbs; returns the exit code. `parse` reads the command line of a job
/// that is gone on with.
int run_jobs(const jobs_arguments& arguments, const run_parser& parse);

}  // namespace muster
