#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace muster::bench {

/// What a probe took; negative where that is not known.
struct probe_times {
  std::chrono::nanoseconds rtt{-1};
  std::chrono::nanoseconds lookup{-1};
};

struct probe_outcome {
  std::string_view status;
  probe_times took = {};
};

/// Writes results, `TARGET STATUS` a line and where they are known `RTT_MS LOOKUP_MS` after them,
/// to standard output from many threads: at once while they are few, and in larger pieces while
/// they are many. Ends the program when it can't.
class result_printer {
 public:
  result_printer() = default;
  result_printer(const result_printer&) = delete;
  result_printer& operator=(const result_printer&) = delete;
  ~result_printer();

  void print(std::string_view target, const probe_outcome& outcome);

 private:
  using clock = std::chrono::steady_clock;
  static constexpr std::size_t piece_bytes = 64 * 1024;
  static constexpr std::chrono::milliseconds wait_max{10};

  void flush();

  std::mutex lock_;
  std::string text_;
  clock::time_point flushed_{};
};

}  // namespace muster::bench
