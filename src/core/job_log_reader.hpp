#pragma once

#include "core/line_splitter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace muster {

/// Finds in the bytes of a job log which targets succeeded. Several runs may have written to it,
/// and others than muster, too: a line that says nothing of use is passed over, be it cut off, too
/// long, or no JSON at all.
class job_log_reader {
 public:
  // Members of a line. A run's first line has the first of them, a target's line the others.
  static constexpr std::string_view command_member = "command";  ///< As a `printable_key`.
  static constexpr std::string_view key_member = "key";          ///< A `task_key`.
  static constexpr std::string_view status_member = "status";    ///< A status word.

  /// More than all arguments that Linux lets a program have, escaped.
  static constexpr std::size_t line_bytes_max = 32 * 1024 * 1024;

  /// `command` is what the log is to be of.
  explicit job_log_reader(std::string_view command);

  /// Takes the next bytes; lines may be split anywhere. After another command was found, none are
  /// looked at.
  void feed(std::string_view bytes);
  /// No more bytes will come; what is left is the last line.
  void finish();

  /// Whether a line named the command, which a job log always does.
  bool is_job_log() const { return named_; }
  /// The first command that is another one; none when there is none.
  const std::optional<std::string>& other_command() const { return other_; }
  /// The keys of the targets that succeeded, and how often: a target may be there more than once.
  std::unordered_map<std::string, std::uint64_t>& succeeded() { return succeeded_; }

 private:
  void take_lines();
  void take_line(std::string_view line);

  std::string command_;
  line_splitter lines_{line_bytes_max};
  bool named_ = false;
  std::optional<std::string> other_;
  std::unordered_map<std::string, std::uint64_t> succeeded_;
};

}  // namespace muster
