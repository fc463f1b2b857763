#pragma once

#include "muster/sink.hpp"
#include "muster/task.hpp"
#include "sink/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>

namespace muster {

/// The targets that succeeded in the runs of this command that the job log at `path` tells of, each
/// with how often it did; nothing when there is no such log yet and this run, whose log is
/// `appended_to` or else that one, begins it. `command` is a `command_identity`. Throws
/// std::system_error when it can't be read, and usage_error when it is no job log, of another
/// command, or not there.
std::optional<std::unordered_map<std::string, std::uint64_t>> read_earlier_run(
    const std::string& path, const std::string& appended_to, std::string_view command);

/// A log of tasks, a JSON line for each target as its task ends. Every line is one write to the end
/// of the file, so several runs may write to one, and one that is killed leaves whole lines. A line
/// that was cut off all the same, by a crash of the machine, is passed over when it is read.
class job_log {
 public:
  /// Says at once which command this is. Throws std::system_error.
  job_log(const std::string& path, std::string_view command);

  void note(const task_result& result);
  const std::string& path() const { return path_; }
  std::error_code error() const { return file_.error(); }

 private:
  std::string path_;
  output_file file_;
  timestamp_writer clock_;
};

}  // namespace muster
