#pragma once

#include "cli/commands.hpp"
#include "cli/run/run_arguments.hpp"

#include <memory>

namespace muster {

class job_keeper;

std::unique_ptr<command> make_run_command();

/// Runs tasks; returns the exit code. With a keeper, it is told of everything.
int run_tasks(const run_arguments& arguments, job_keeper* keeper = nullptr);

/// Reads a whole command line of `muster run` again, which was good once; throws usage_error when
/// this version can't go on with it.
run_arguments parse_run(const command::words& typed);

}  // namespace muster
