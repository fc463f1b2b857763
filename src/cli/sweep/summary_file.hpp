#pragma once

#include "cli/sweep/sweep_arguments.hpp"
#include "muster/sink.hpp"
#include "sink/summary_json.hpp"

#include <optional>
#include <string>

namespace muster {

/// The file of `--summary`: opened before the run, and written at its end, whatever that is.
class summary_file {
 public:
  summary_file() = default;
  summary_file(const summary_file&) = delete;
  summary_file& operator=(const summary_file&) = delete;
  ~summary_file();

  /// Opens the file, if there is to be one, and hears what is said from here on. Throws usage_error
  /// and std::system_error.
  void open(const sweep_arguments& arguments);
  void note(const sweep_summary& summary);
  /// Writes the file. The exit status of the run, or that it can't be written.
  int write(int exit_status);

  static constexpr std::size_t warnings_max = 128;

 private:
  std::optional<output_file> file_;
  std::string name_;
  run_record record_;
};

}  // namespace muster
