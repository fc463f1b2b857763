#pragma once

#include "muster/sink.hpp"
#include "muster/task.hpp"
#include "record/numbers.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace muster {

/// A log of tasks, a JSON line for each target once what its task wrote was delivered. Its lines
/// are written together, at the end of the file, so several runs may write to one, and one that is
/// killed leaves whole lines. A line that was cut off all the same, by a crash of the machine, is
/// passed over when it is read.
class job_log {
 public:
  /// Says at once which command this is. Throws std::system_error.
  job_log(const std::string& path, std::string_view command);

  /// A task has ended, and `found` are new targets that came out of it. Nothing is written yet.
  void note(const task_result& result, const std::vector<std::string>& found);
  /// How long a file of results is that has all of what was noted.
  void note_length(std::string_view path, std::uint64_t bytes);
  bool has_notes() const { return !notes_.empty(); }
  /// Writes what was noted: lengths first, as what is beyond them is cut off by whoever goes on.
  void flush();
  const std::string& path() const { return path_; }
  std::error_code error() const { return file_.error(); }

 private:
  void begin_line(std::string& out, std::chrono::system_clock::time_point when);

  std::string path_;
  output_file file_;
  std::string notes_;
  timestamp_writer clock_;
};

}  // namespace muster
