#pragma once

#include "tally.hpp"
#include "work.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::bench {

/// The programs that take part, and a directory for the lists that are given to them.
struct toolbox {
  std::string bench;      ///< This program.
  std::string muster;     ///< The command.
  std::string directory;  ///< Where limit_icmp and its kin are.
  std::string files;      ///< For lists of targets.
};

/// Somebody who does the work: one of this program's own runners, the command, a plain loop, or
/// another tool as its users run it.
struct contender {
  const char* name;     ///< As it is named on the command line, without the width.
  const char* program;  ///< Whose version is recorded; null for this project's own.
  const char* width;    ///< What the N in `name:N` means; null if there is none.
  const char* about;    ///< One line for people.
  /// The command that does the work; nothing when this contender can't.
  std::optional<std::vector<std::string>> (*command)(const toolbox& tools, const work& wanted,
                                                     std::uint32_t width);
  /// Reads one line of its output. At the end, `line` is null.
  void (*read)(const work& wanted, const std::string_view* line, tally& results);
  /// The greatest exit code that says no more than that some targets were down.
  int fine_exit_code_max = 0;
  /// Decides itself how many probes it makes, by time or by its workers: its own count is theirs.
  bool counts_itself = false;
};

const std::vector<contender>& all_contenders();

/// `pool:64` as its parts.
struct entrant {
  const contender* who = nullptr;
  std::uint32_t width = 0;
  std::string name;

  /// Throws std::invalid_argument with what is wrong, and with what is meant if that can be
  /// guessed.
  static entrant parse(const std::string& text);
};

/// This program as one of its own runners.
std::vector<std::string> own_command(const toolbox& tools, const std::string& runner,
                                     const work& wanted);

/// Writes the targets, one a line, as `http://host:port/` for HTTP, and returns the file's path.
std::string write_list(const toolbox& tools, const work& wanted);

}  // namespace muster::bench
