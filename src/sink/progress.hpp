#pragma once

#include "muster/statistics.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// How far a sweep has come.
struct progress_snapshot {
  std::string_view title = "sweep";    ///< What it is that goes on; printable.
  std::uint64_t done = 0;              ///< Probes that have ended, whatever their status.
  std::optional<std::uint64_t> total;  ///< Probes in all, if that is known.
  double per_second = 0;  ///< Probes ended a second, lately; `progress_line` fills it in.
  std::uint64_t in_flight = 0;
  std::string_view good = "up";  ///< What those are called that ended well.
  std::uint64_t up = 0;
  std::uint64_t timeout = 0;
  std::uint64_t other = 0;  ///< Ended neither up nor in a timeout.

  /// Fills in what has ended, and how.
  void count(const statistics& totals) {
    done = totals.total();
    up = totals.of(status::up);
    timeout = totals.of(status::timeout);
    other = done - up - timeout;
  }
};

/// One line of text, without its end, cut to `columns`. The ETA is what is left at the present
/// rate.
std::string render_progress(const progress_snapshot& snapshot, int columns);

/// How many a second, lately: older seconds fade away, so that a rate that falls off shows.
class rate_meter {
 public:
  /// Counting begins at 0 at `start`.
  explicit rate_meter(std::chrono::steady_clock::time_point start) : last_time_{start} {}
  /// Takes the count so far, and returns the rate.
  double take(std::uint64_t count, std::chrono::steady_clock::time_point now);

 private:
  std::chrono::steady_clock::time_point last_time_;
  std::uint64_t last_count_ = 0;
  double per_second_ = 0;
  bool first_ = true;
};

/// A progress line on a terminal, redrawn in place. Results that go to the same terminal need it
/// erased first. Write errors are ignored: what a person no longer watches may be lost.
class progress_line {
 public:
  /// Draws on `descriptor`, which it does not own.
  progress_line(int descriptor, std::chrono::steady_clock::time_point start)
      : descriptor_{descriptor}, meter_{start} {}
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line() { erase(); }

  /// Draws the line over the one that is there; nothing while this process is in the background,
  /// as somebody else has the terminal then.
  void draw(progress_snapshot snapshot, std::chrono::steady_clock::time_point now);
  /// Takes the line away, if there is one.
  void erase();

 private:
  bool may_draw() const;

  int descriptor_;
  rate_meter meter_;
  bool drawn_ = false;
};

}  // namespace muster
