#pragma once

#include "muster/process.hpp"
#include "muster/sink.hpp"
#include "muster/target.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
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

  /// A longer line is broken.
  static constexpr std::size_t line_bytes_max = 64 * 1024;

 private:
  struct open_lines {
    std::string tag;
    std::array<std::string, 2> texts;
  };
  void put(std::size_t stream, const std::string& tag, std::string_view line);

  std::array<output_file*, 2> files_;
  std::array<bool, 2> terminal_;
  std::unordered_map<std::uint64_t, open_lines> tasks_;
};

}  // namespace muster
