#pragma once

#include "serve_late.hpp"
#include "work.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace muster::bench {

/// In ms.
struct time_quantiles {
  double p50 = 0;
  double p95 = 0;

  /// Throws std::runtime_error if there are none.
  static time_quantiles of(std::vector<double> times);
};

/// The time that somebody reports of each target: of a name its lookup, of anything else the round
/// trip.
class reported_times {
 public:
  explicit reported_times(const work& wanted);

  void add(std::string_view target, double ms);
  bool empty() const { return count_ == 0; }

  time_quantiles quantiles() const;
  /// Of what is reported beyond what the hosts held back.
  time_quantiles beyond(const held_times& held) const;

 private:
  double held_ms(const held_times::host& host) const;

  const work& wanted_;
  std::vector<double> ms_;  // By number; negative where nothing is reported.
  std::size_t count_ = 0;
};

/// The number that follows `key` in `text`; negative without.
double number_after(std::string_view text, std::string_view key);

/// Calls `use` with each line of `text`.
template <typename Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace muster::bench
