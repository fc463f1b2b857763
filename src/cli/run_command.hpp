#pragma once

#include "cli/run_arguments.hpp"

namespace muster {

class job_keeper;

/// Runs `muster run`; returns the exit code. With a keeper, it is told of everything.
int run_tasks(const run_arguments& arguments, job_keeper* keeper = nullptr);

}  // namespace muster
