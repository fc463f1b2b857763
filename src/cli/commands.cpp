#include "cli/commands.hpp"

#include "cli/jobs/jobs_command.hpp"
#include "cli/run/run_command.hpp"
#include "cli/sweep/sweep_command.hpp"

#ifdef MUSTER_HAS_WATCH
#include "cli/watch/watch_command.hpp"
#endif

namespace muster {

std::string command::check(const CLI::App&, const words&) const { return {}; }
// NOLINTNEXTLINE(performance-unnecessary-value-param): those that do take it, keep it.
void command::take_rest(words) {}
std::string command::parsed() { return {}; }

std::vector<std::unique_ptr<command>> all_commands() {
  std::vector<std::unique_ptr<command>> all;
  all.push_back(make_sweep_command());
  all.push_back(make_run_command());
  all.push_back(make_jobs_command());
#ifdef MUSTER_HAS_WATCH
  all.push_back(make_watch_command());
#endif
  return all;
}

}  // namespace muster
