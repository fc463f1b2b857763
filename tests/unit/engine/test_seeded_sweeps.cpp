// Every kind of probe that speaks through sockets or ICMP, together, in worlds that a seed makes
// up.
#include "support/catch.hpp"
#include "support/seeded_sweep.hpp"

using namespace muster::test;

TEST_CASE("whatever becomes of connections, datagrams and echoes, what is told of them is true") {
  std::uint64_t probes = 0;
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    INFO("seed " << seed);
    const seeded_verdict verdict = run_seed(seed);
    CHECK(verdict.faults == "");
    probes += verdict.probes;
  }
  CHECK(probes > 50'000);
}
