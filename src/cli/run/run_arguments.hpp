#pragma once

#include "cli/sweep/sweep_arguments.hpp"
#include "muster/run.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

/// What the command line of `muster run` says; `run.command` is what stands behind `--`.
struct run_arguments : target_arguments {
  std::vector<std::string> output_files;
  bool json = false;
  bool csv = false;
  bool quiet = false;
  bool no_progress = false;
  bool tag = false;
  bool parse_json = false;
  std::string label;
  std::string log_directory;
  std::string job_log;      ///< Empty when there is to be none.
  std::string resume_file;  ///< The job log of an earlier run; empty when nothing is gone on with.
  std::string control_file;
  bool need_targets = false;
  std::string begin_command;
  std::string end_command;
  std::string finally_command;
  bool detach = false;
  std::string job_name;
  std::string state_directory;  ///< Empty for the usual place.
  run_options run;
};

/// Whether results are written as records, of JSON or CSV.
bool writes_records(const run_arguments& arguments);
/// Adds the options of `muster run` to its subcommand; parsing fills in `into`, which outlives it.
void add_run_options(CLI::App& command, run_arguments& into);
/// Adds the option that says where jobs are kept.
void add_state_directory(CLI::App& command, std::string& into);

/// Adds the option that says what the outputs of tasks are, if it is more than text.
void add_output_parser(CLI::App& command, bool& is_json);

}  // namespace muster
