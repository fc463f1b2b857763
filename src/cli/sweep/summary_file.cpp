#include "cli/sweep/summary_file.hpp"

#include "cli/exit_code.hpp"
#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"

#include <chrono>
#include <new>
#include <system_error>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

output_file open_file(const sweep_arguments& arguments) {
  const std::string& path = arguments.summary_file;
  if (!is_standard_output(path)) return output_file::create(path);
  if (arguments.quiet > 0) return output_file{STDOUT_FILENO, false};
  throw usage_error{fmt::format(
      "--summary {}: results go to standard output already; add -q, or name a file", path)};
}

}  // namespace

summary_file::~summary_file() { keeper_of_lines() = nullptr; }

void summary_file::open(const sweep_arguments& arguments) {
  if (arguments.summary_file.empty()) return;
  file_.emplace(open_file(arguments));
  name_ = arguments.summary_file == "-" ? "standard output" : arguments.summary_file;
  record_.command = arguments.command;
  record_.started = std::chrono::system_clock::now();
  record_.limits = arguments.sweep;
  keeper_of_lines() = [this](const std::string& line) {
    if (record_.warnings.size() < warnings_max) {
      record_.warnings.push_back(line);
    } else {
      ++record_.warnings_dropped;
    }
  };
}

void summary_file::note(const sweep_summary& summary) { record_.summary = summary; }

int summary_file::write(int exit_status) {
  if (!file_) return exit_status;
  record_.ended = std::chrono::system_clock::now();
  record_.exit_status = exit_status;
  std::error_code error;
  try {
    append_summary_json(file_->buffer(), record_);
    file_->flush();
    error = file_->error();
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
  if (!error) return exit_status;
  say(fmt::format("can't write {}: {}", name_, error.message()));
  const bool was_well = exit_status == exit_code::all_up || exit_status == exit_code::not_all_up;
  return was_well ? exit_code::cannot : exit_status;
}

}  // namespace muster
