#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace muster::bench {

/// How long the answers to each host's packets were held back, from the kernel's stamp of the
/// packet to when its answer was given to the kernel, in ms; negative where there was none.
struct held_times {
  struct host {
    double lookup_ms = -1;
    double first_ms = -1;
    double response_ms = -1;
  };
  std::vector<host> hosts;  ///< By their number.
  std::size_t most = 0;     ///< Answers that were held back at once.

  /// As serve_late() prints it.
  static held_times parse(std::string_view text);
};

/// Answers whatever arrives through the network device `far` as answer_late() does, `delay` after
/// it arrived, until SIGTERM. Prints `ready`, and at the end what was held back how long. Returns
/// the exit code.
int serve_late(std::chrono::nanoseconds delay);

}  // namespace muster::bench
