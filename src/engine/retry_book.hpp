#pragma once

#include "engine/delay_line.hpp"
#include "engine/probe_cursor.hpp"
#include "muster/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace muster {

/// The probes that are to be tried again, and how their tries have ended so far. A probe that waits
/// costs its cursor and what it remembers, and nothing else: no coroutine, permit or descriptor.
class retry_book {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `retries`: tries after the first, 0 to `sweep_options::retries_max`.
  retry_book(unsigned retries, std::chrono::nanoseconds backoff);

  /// When to try again a probe that ended like this at `now`; nothing when it stays so.
  std::optional<time_point> next_try(const probe_result& failed, time_point now) const;
  /// Remembers this try, and the probe, a cursor of one, until `due`, which `next_try` gave.
  void put_off(const probe_result& failed, probe_cursor probe, time_point due);
  /// A probe whose time has come.
  std::optional<probe_cursor> take_due(time_point now) { return line_.take_due(now); }
  /// When the next one is due.
  std::optional<time_point> next_due() const { return line_.next_due(); }
  /// Takes out any probe that waits, at the end of a run.
  std::optional<probe_cursor> take_any() { return take_due(time_point::max()); }

  /// Whether a probe has been tried before.
  bool tried(std::uint64_t sequence) const { return tries_.contains(sequence); }
  /// Puts the tries into a result that is final; it is the last of them if `is_try`.
  void conclude(probe_result& last, bool is_try);
  std::size_t waiting() const { return line_.waiting(); }

 private:
  unsigned retries_;
  std::chrono::nanoseconds backoff_;
  delay_line<probe_cursor> line_;
  std::unordered_map<std::uint64_t, std::unique_ptr<std::vector<probe_attempt>>> tries_;
};

}  // namespace muster
