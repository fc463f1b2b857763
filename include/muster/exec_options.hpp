#pragma once

#include <chrono>
#include <cstddef>

namespace muster {

/// Probes that are commands: monitoring plugins.
struct exec_options {
  /// Plugins running at once, at the most; 1 to `processes_limit`.
  std::size_t processes_max = 64;
  /// How long a plugin has after SIGTERM until SIGKILL.
  std::chrono::nanoseconds grace = std::chrono::seconds{1};

  static constexpr std::size_t processes_limit = 100'000;
};

}  // namespace muster
