#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace muster::bench {

/// Writes results, `TARGET STATUS` a line, to standard output from many threads: at once while they
/// are few, and in larger pieces while they are many. Ends the program when it can't.
class result_printer {
 public:
  result_printer() = default;
  result_printer(const result_printer&) = delete;
  result_printer& operator=(const result_printer&) = delete;
  ~result_printer();

  void print(std::string_view target, std::string_view status);

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
