#pragma once

#include "muster/statistics.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the summaries of all kinds of run have in common. Each appends whole lines, or nothing where
// there is nothing to say, except for the first.

namespace muster {

/// "1 probe", "2 probes"; `plural` is the whole other word.
void append_counted(std::string& out, std::uint64_t count, std::string_view singular,
                    std::string_view plural);
/// How many ended in a way that has this name; coloured as the status.
struct headline_part {
  std::string_view word;
  std::uint64_t count = 0;
  status like = status::up;
};
/// The same for all status words, those of none left out.
std::vector<headline_part> headline_parts(const statistics& totals);
/// How many ended how, in which time.
void append_headline(std::string& out, const statistics& totals,
                     const std::vector<headline_part>& parts, std::chrono::nanoseconds elapsed,
                     std::string_view singular, std::string_view plural, bool colour);
/// The spread of some times.
void append_times(std::string& out, std::string_view name, const latency_histogram& times);
void append_waits(std::string& out, const resource_waits& waits, std::string_view singular,
                  std::string_view plural);
/// What a text left out, by status; nothing when that is nothing.
void append_not_shown(std::string& out, const outcome_counts& hidden);
/// Why a run ended early, and what it did not come to.
void append_stop(std::string& out, reason why, std::uint64_t not_started, bool known);

}  // namespace muster
