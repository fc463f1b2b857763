// Every kind of probe together, in worlds that a seed makes up.
#include "support/catch.hpp"
#include "support/seeded_sweep.hpp"

using namespace muster::test;

TEST_CASE("whatever becomes of connections, datagrams, echoes and processes is told as it was") {
  std::uint64_t probes = 0;
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    INFO("seed " << seed);
    const seeded_verdict verdict = run_seed(seed);
    CHECK(verdict.faults == "");
    probes += verdict.probes;
  }
  CHECK(probes > 50'000);
}

TEST_CASE("a seed says the same of a world each time, TLS or not") {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    if (!speaks_tls(seed) && seed > 20) continue;
    INFO("seed " << seed);
    CHECK(run_seed(seed).digest == run_seed(seed).digest);
  }
}

TEST_CASE("worlds in which something untrue was told once are told as they were") {
  for (const std::uint64_t seed : {180'152'512U}) {
    INFO("seed " << seed);
    CHECK(run_seed(seed).faults == "");
  }
}
