#pragma once

#include "store/job_directory.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace muster {

/// Waits until `count` of the jobs don't run, or until a time. Returns those that don't, in the
/// order of `names`. The kernel tells when a process has ended; nothing looks at it now and then.
/// Throws std::system_error.
std::vector<std::string> wait_for_jobs(const job_directory& jobs,
                                       const std::vector<std::string>& names, std::size_t count,
                                       std::optional<std::chrono::steady_clock::time_point> until);

/// Sends SIGTERM to the process that runs a job; false when there is none. Throws
/// std::system_error.
bool stop_job(const job_directory& jobs, const std::string& name);

}  // namespace muster
