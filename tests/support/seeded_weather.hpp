#pragma once

#include "muster/sweep.hpp"
#include "support/simulated_world.hpp"

#include <chrono>
#include <cstdint>
#include <random>

namespace muster::test {

/// How long each probe of such a sweep has.
inline constexpr std::chrono::seconds seeded_timeout{1};

/// What a seed decides, one thing after the other.
class chances {
 public:
  explicit chances(std::uint64_t seed) : engine_{seed} {}
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// A probability: every other time none, else up to `most`.
  double some(double most) {
    return one_in(2) ? 0 : most * std::generate_canonical<double, 32>(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

// How often and how badly things go wrong in a world that a seed makes up.

network_weather echo_weather(chances& chance);
peer_weather peers_weather(chances& chance);
/// What may go wrong besides where TLS is spoken.
void add_tls_weather(peer_weather& weather, chances& chance);
names_weather servers_weather(chances& chance);
processes_weather machine_weather(chances& chance);
/// Which kinds of probes there are, and under which limits.
sweep_options seeded_options(chances& chance, std::uint64_t seed);
/// Has what they ask for over TLS asked so, and more of the kind.
void ask_over_tls(sweep_options& options, chances& chance);

}  // namespace muster::test
