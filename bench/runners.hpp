#pragma once

#include "work.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster::bench {

/// A way of doing many probes that this program has itself. Each run is a process of its own, this
/// program executed again.
enum class runner_kind {
  thread,        ///< A thread for each task, all at once.
  pool,          ///< N threads and a queue.
  polling_pool,  ///< The same, with an owner who looks every 200 ms for what has ended.
  process,       ///< A process for each task, N at most at once.
  serial,        ///< One after the other.
  coroutine,     ///< muster::for_each, for `task`; probes are what the command is for.
  limit,         ///< A plain loop, for `task`; probes have programs of their own.
  blackbox,      ///< prometheus-blackbox-exporter, asked by 64 threads for one probe a request.
};

struct runner {
  runner_kind kind;
  std::uint32_t width = 0;  ///< The N.

  /// `thread`, `pool:64` … Throws std::invalid_argument with what is wrong.
  static runner parse(const std::string& text);
};

/// Hands out the numbers of the targets: from those of `work`, or as their lines arrive on standard
/// input.
class target_feed {
 public:
  explicit target_feed(const work& wanted) : wanted_{wanted} {}
  std::optional<std::uint32_t> next();

 private:
  std::optional<std::uint32_t> next_line();

  const work& wanted_;
  std::uint32_t given_ = 0;
  std::string arrived_;
};

/// Does the work and prints each result. Returns the exit code.
int run_one(const runner& how, const work& wanted);

int run_threads(const work& wanted);
int run_pool(const work& wanted, std::uint32_t width, bool polled);
int run_processes(const work& wanted, std::uint32_t width);
int run_serially(const work& wanted);
int run_tiny_coroutines(const work& wanted);
int run_tiny_loop(const work& wanted);
int run_blackbox(const work& wanted, std::uint32_t width);

/// The command that makes this program do one probe and print its result.
std::vector<std::string> probe_command(const work& wanted, std::uint32_t index);

}  // namespace muster::bench
