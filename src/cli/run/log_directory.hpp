#pragma once

#include "cli/run/task_rests.hpp"
#include "muster/task.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>

namespace muster {

/// A file name for any text: letters, digits and some signs stay, other bytes become %XX, so two
/// texts never have the same one, and none leads out of its directory, is hidden or looks like an
/// option. A long one ends in a hash of the whole.
std::string safe_file_name(std::string_view text);

/// A directory with a file for each target: what its task wrote, standard output first. A target
/// that comes again goes on with its file.
class log_directory {
 public:
  /// Makes the directory if it is missing. Throws std::system_error.
  explicit log_directory(const std::string& path);
  log_directory(const log_directory&) = delete;
  log_directory& operator=(const log_directory&) = delete;
  ~log_directory();

  /// Writes all of what the task of a result wrote.
  void write(const task_result& result, task_rests& rests);
  /// A target that an earlier run was done with: its file is there, and is gone on with.
  void is_there(const target& subject);
  /// The first failure, and the file that it was about.
  std::error_code error() const { return error_; }
  const std::string& failed() const { return failed_; }

 private:
  void write_file(const std::string& name, const task_result& result, task_rests& rests);

  std::string path_;
  int directory_ = -1;
  std::unordered_set<std::uint64_t> written_;  // hashes of names
  std::error_code error_;
  std::string failed_;
};

}  // namespace muster
