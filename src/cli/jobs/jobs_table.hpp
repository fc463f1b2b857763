#pragma once

#include "store/job_directory.hpp"
#include "store/job_store.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace muster {

/// A job as its user sees it.
struct job_view {
  std::string name;
  job_state state;  ///< `word` may be "lost", "damaged" or "unknown", too.
  pid_t process = 0;
  std::string command;
  std::string log;
  std::string problem;  ///< Why it can't be read.
};

/// Looks at a job. One whose database is broken is `damaged`, one that can't be read `unknown`.
job_view view_of(const job_directory& jobs, const std::string& name);

/// A line for each job, under a header; empty when there are none.
std::string render_jobs(const std::vector<job_view>& jobs,
                        std::chrono::system_clock::time_point now);
/// A JSON object for each, a line each.
std::string render_jobs_json(const std::vector<job_view>& jobs);

}  // namespace muster
