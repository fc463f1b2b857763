#pragma once

#include <cstdint>
#include <random>

namespace muster::test {

/// The same numbers in every run.
class random_source {
 public:
  explicit random_source(std::uint32_t seed) : engine_{seed} {}

  std::uint32_t any() { return static_cast<std::uint32_t>(engine_()); }
  std::uint32_t below(std::size_t bound) { return any() % static_cast<std::uint32_t>(bound); }

 private:
  std::mt19937 engine_;
};

}  // namespace muster::test
