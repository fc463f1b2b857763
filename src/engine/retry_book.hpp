#pragma once

#include "muster/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace muster {

/// Which probes are to be tried again, and how their tries have ended so far.
class retry_book {
 public:
  /// `retries`: tries after the first, 0 to `sweep_options::retries_max`.
  retry_book(unsigned retries, std::chrono::nanoseconds backoff)
      : retries_{retries}, backoff_{backoff} {}

  /// How long to wait before a probe that ended like this is tried again; nothing when it stays so.
  std::optional<std::chrono::nanoseconds> next_wait(const probe_result& failed) const;
  /// Remembers this try, and says the number of the one that is to come, from 1.
  std::size_t remember(const probe_result& failed);

  /// Whether a probe has been tried before.
  bool tried(std::uint64_t sequence) const { return tries_.contains(sequence); }
  /// Puts the tries into a result that is final; it is the last of them if `is_try`.
  void conclude(probe_result& last, bool is_try);

 private:
  unsigned retries_;
  std::chrono::nanoseconds backoff_;
  std::unordered_map<std::uint64_t, std::unique_ptr<std::vector<probe_attempt>>> tries_;
};

}  // namespace muster
