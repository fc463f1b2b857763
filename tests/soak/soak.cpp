// Runs simulated sweeps, a seed each, until the time is over, and prints how many probes they were
// and which seeds found something: muster_soak SECONDS FIRST_SEED STEP.
#include "support/seeded_sweep.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include <sys/epoll.h>

// Nothing in a simulated world is a descriptor, so none is ever ready. The loop asks after each
// event, and in the place of libc's answer, which takes longer than the event, it gets this one.
extern "C" int epoll_wait(int, epoll_event*, int, int) { return 0; }

int main(int count, char** arguments) {
  using clock = std::chrono::steady_clock;
  if (count != 4) {
    fmt::print(stderr, "usage: muster_soak SECONDS FIRST_SEED STEP\n");
    return 2;
  }
  const auto until = clock::now() + std::chrono::seconds{std::strtoll(arguments[1], nullptr, 10)};
  const std::uint64_t first = std::strtoull(arguments[2], nullptr, 10);
  const std::uint64_t step = std::strtoull(arguments[3], nullptr, 10);
  std::uint64_t seeds = 0;
  std::uint64_t probes = 0;
  std::uint64_t failed = 0;
  std::uint64_t seed = first;
  for (; clock::now() < until; seed += step) {
    const muster::test::seeded_verdict verdict = muster::test::run_seed(seed);
    ++seeds;
    probes += verdict.probes;
    if (verdict.faults.empty()) continue;
    ++failed;
    fmt::print("seed {}:\n{}", seed, verdict.faults);
    std::fflush(stdout);
  }
  fmt::print("{} probes in {} sweeps, seeds {} to {} in steps of {}; {} failed\n", probes, seeds,
             first, seed - step, step, failed);
  return failed == 0 ? 0 : 1;
}
