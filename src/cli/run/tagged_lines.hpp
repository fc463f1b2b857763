#pragma once

#include "core/spool.hpp"
#include "muster/process.hpp"
#include "muster/sink.hpp"
#include "muster/target.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>

namespace muster {

/// What tasks that run write, line by line as it comes, each line with its target and a tab before
/// it. Lines of one task never mix with those of another.
class tagged_lines {
 public:
  /// Both files outlive it. On a terminal, control characters are escaped.
  tagged_lines(output_file& output, output_file& errors)
      : files_{&output, &errors}, terminal_{output.is_terminal(), errors.is_terminal()} {}

  void add(std::uint64_t task, const target& subject, process_stream stream,
           std::string_view bytes);
  /// The task writes no more: what is left is a line.
  void finish(std::uint64_t task);

  /// Why a part of a line could not be kept, if so.
  std::error_code error() const { return spool_.error(); }

  /// What is beyond this of a line waits for its end in a file.
  static constexpr std::size_t held_bytes_max = 64 * 1024;

 private:
  struct open_line {
    std::string begin;
    spool::text rest;
  };
  struct open_lines {
    std::string tag;
    std::array<open_line, 2> streams;
  };
  void add_to(open_line& line, std::string_view bytes);
  void put(std::size_t stream, const std::string& tag, open_line& line);

  std::array<output_file*, 2> files_;
  std::array<bool, 2> terminal_;
  std::unordered_map<std::uint64_t, open_lines> tasks_;
  spool spool_;
};

}  // namespace muster
