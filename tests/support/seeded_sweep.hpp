#pragma once

#include <cstdint>
#include <string>

namespace muster::test {

/// What came of one simulated sweep.
struct seeded_verdict {
  std::uint64_t probes = 0;  ///< That have an outcome.
  std::uint64_t digest = 0;  ///< Of all that was told, times as well.
  std::string faults;        ///< A line for each thing that must not be; empty if all is well.
};

/// Whether something is asked over TLS in the sweep of this seed.
bool speaks_tls(std::uint64_t seed);

/// A sweep of kinds, limits and weather that the seed decides, which is left alone, stopped,
/// abandoned, or made to stand still in between. Holds what it told against what the made-up world
/// knows: every probe has one outcome, and a true one; RTTs are the network's; no limit is
/// exceeded; nothing that came in time is a timeout; and no socket is left.
seeded_verdict run_seed(std::uint64_t seed);

}  // namespace muster::test
