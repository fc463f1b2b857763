// How soon a run is over that is interrupted.
#include "figure_parts.hpp"
#include "network.hpp"
#include "numbers_text.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace muster::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto start_time_max = std::chrono::seconds{20};
// No route leads there, so its result is there at once.
constexpr const char* nowhere = "203.0.113.1";

/// Seconds from SIGINT until the sweep has ended that has all of `range` in flight, of which each
/// is written down as cancelled.
double time_to_end(const bench_place& at, const std::string& range, const std::string& kind,
                   std::uint32_t count) {
  std::filesystem::remove(at.results());
  test::process child{{at.tools.muster, "sweep", range, nowhere, kind, "--rate", "0", "--timeout",
                       "60s", "--max-in-flight", fmt::format("{}", count + 1), "-q", "-o",
                       at.results()}};
  const auto until = clock::now() + start_time_max;
  while (test::read_whole_file(at.results()).find(nowhere) == std::string::npos) {
    if (!child.running() || clock::now() > until) {
      throw std::runtime_error{"a sweep to be interrupted doesn't start: " + child.wait().err};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  const auto began = clock::now();
  child.send_signal(SIGINT);
  const auto ended = child.wait();
  const std::chrono::duration<double> took = clock::now() - began;
  const auto cancelled = results_of(at.results(), "cancelled");
  if (ended.exit_code != 130 || cancelled != count) {
    throw std::runtime_error{
        fmt::format("an interrupted sweep ended with code {} and {} of {} "
                    "probes cancelled: {}",
                    ended.exit_code, cancelled, count, ended.err)};
  }
  return took.count();
}

}  // namespace

void interruption(const bench_place& at) {
  work hosts{.targets = targets::addresses(0x0a000001, at.small ? 100 : 10'000)};
  const network net{surroundings::silence, hosts, at.tools.directory};
  const auto range = hosts.targets.describe();
  const auto count = hosts.targets.size();
  for (const char* kind : {"--icmp", "--tcp=80", "--http"}) {
    std::vector<double> times;
    for (unsigned round = 0; round < at.rounds(10); ++round)
      times.push_back(time_to_end(at, range, kind, count));
    const auto all = spread::of(std::move(times));
    at.add(fmt::format("Ctrl-C with {} in flight, {}: to the end", grouped(count), kind),
           "< 100 ms",
           fmt::format("{} ({}–{})", duration_text(all.median), duration_text(all.min),
                       duration_text(all.max)),
           all.median < 0.1);
  }
}

}  // namespace muster::bench
