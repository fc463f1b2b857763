#pragma once

#include "core/parsed.hpp"
#include "muster/sequence_set.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// What a checkpoint says: how far a run had come, over which targets, and what it had written.
struct checkpoint_record {
  /// How long an output was when all that `done` says was in it.
  struct output {
    std::string path;
    std::uint64_t bytes = 0;
  };

  /// All that decides the sequence of probes, by name; as a later run must have it, too.
  std::vector<std::pair<std::string, std::string>> command;
  std::vector<output> outputs;
  sequence_set done;        ///< The probes that were reported, and numbers that no probe will have.
  sequence_set up_targets;  ///< The targets that were up, as far as that was counted.
  std::uint64_t reported = 0;  ///< How many probes were.
  std::uint64_t not_up = 0;    ///< How many of the reported probes were not up.
  std::uint64_t alarming = 0;  ///< Of these, those that somebody should hear of.
  bool finished = false;       ///< Nothing was left to do.

  static constexpr std::size_t text_bytes_max = 256 * 1024 * 1024;
  static constexpr std::size_t entries_max = 100'000;
};

/// The record as text: JSON (RFC 8259) of one line, ended by a newline.
std::string render_checkpoint(const checkpoint_record& record);
/// Reads what `render_checkpoint` wrote, and nothing else; the message says what is wrong with it.
parsed<checkpoint_record> parse_checkpoint(std::string_view text);

/// What makes `now` another command than the one that `then` was written for, in words; empty when
/// it is the same.
std::string command_difference(const checkpoint_record& then, const checkpoint_record& now);

}  // namespace muster
