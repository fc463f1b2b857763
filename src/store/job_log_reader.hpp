#pragma once

#include "core/line_splitter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace muster {

/// What a job log tells of the runs of a command.
struct logged_run {
  /// The keys of the targets that succeeded, and how often: a target may be there more than once.
  std::unordered_map<std::string, std::uint64_t> succeeded;
  std::vector<std::string> found;  ///< New targets that came out of tasks that have ended.
  std::uint64_t tasks_max = 0;     ///< The greatest number of a task.
  /// How long each file of results was when all that the log tells of was in it.
  std::unordered_map<std::string, std::uint64_t> lengths;
};

/// Reads the bytes of a job log. Several runs may have written to it,
/// and others than muster, too: a line that says nothing of use is passed over, be it cut off, too
/// long, or no JSON at all.
class job_log_reader {
 public:
  // Members of a line. A run's first line has the first of them, a target's line the others.
  static constexpr std::string_view command_member = "command";  ///< As a `printable_key`.
  static constexpr std::string_view key_member = "key";          ///< A `task_key`.
  static constexpr std::string_view status_member = "status";    ///< A status word.
  static constexpr std::string_view task_member = "task";        ///< A task's number, from 1.
  // A line of its own each: a target that was found, as it was written; a file, and its length.
  static constexpr std::string_view found_member = "found";
  static constexpr std::string_view found_bytes_member = "found_bytes";  ///< Or in hexadecimal.
  static constexpr std::string_view file_member = "file";
  static constexpr std::string_view bytes_member = "bytes";

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
  logged_run& found() { return found_; }

 private:
  void take_lines();
  void take_line(std::string_view line);

  std::string command_;
  line_splitter lines_{line_bytes_max};
  bool named_ = false;
  std::optional<std::string> other_;
  logged_run found_;
};

}  // namespace muster
