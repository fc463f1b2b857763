#include "cli/jobs/job_watch.hpp"

#include "process/process_descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <poll.h>

namespace muster {
namespace {

// A job that is just being started has not signed its lock yet.
constexpr int starting_wait_ms = 10;
// One that does not sign it for so long is not starting, but in another namespace of processes.
constexpr std::chrono::seconds out_of_sight_max{2};

int milliseconds_until(const std::optional<std::chrono::steady_clock::time_point>& until) {
  if (!until) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
  constexpr std::chrono::milliseconds longest = std::chrono::hours{24};
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds{0}, longest).count());
}

}  // namespace

std::vector<std::string> wait_for_jobs(const job_directory& jobs,
                                       const std::vector<std::string>& names, std::size_t count,
                                       std::optional<std::chrono::steady_clock::time_point> until) {
  for (;;) {
    std::vector<std::string> ended;
    std::vector<process_descriptor> processes;
    std::vector<pollfd> entries;
    int wait_ms = milliseconds_until(until);
    const bool time_up = wait_ms == 0;
    for (const std::string& name : names) {
      const job_holder holder = jobs.holder(name);
      if (!holder.running) {
        ended.push_back(name);
        continue;
      }
      process_descriptor process{holder.process > 0 ? holder.process : -1};
      if (process.get() >= 0) {
        entries.push_back({process.get(), POLLIN, 0});
        processes.push_back(std::move(process));
      } else {
        wait_ms = wait_ms < 0 ? starting_wait_ms : std::min(wait_ms, starting_wait_ms);
      }
    }
    if (ended.size() >= count || ended.size() == names.size() || time_up) return ended;
    if (::poll(entries.data(), entries.size(), wait_ms) < 0 && errno != EINTR) {
      throw std::system_error{errno, std::generic_category(), "can't wait for jobs"};
    }
  }
}

bool stop_job(const job_directory& jobs, const std::string& name) {
  const auto until = std::chrono::steady_clock::now() + out_of_sight_max;
  for (;;) {
    const job_holder holder = jobs.holder(name);
    if (!holder.running) return false;
    if (holder.process == 0) {
      if (std::chrono::steady_clock::now() > until) {
        throw std::runtime_error{fmt::format(
            "can't stop {}: its process can't be seen from here; stop it where it was started, "
            "perhaps in another container",
            name)};
      }
      ::poll(nullptr, 0, starting_wait_ms);
      continue;
    }
    const process_descriptor process{holder.process};
    // If it still has the lock, the descriptor is of the process that had it before.
    if (jobs.holder(name).process != holder.process) continue;
    if (process.get() >= 0 && process.signal(SIGTERM)) return true;
    if (errno != ESRCH) {
      throw std::system_error{errno, std::generic_category(), "can't stop " + name};
    }
  }
}

}  // namespace muster
