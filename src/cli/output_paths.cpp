#include "cli/output_paths.hpp"

#include "cli/usage_error.hpp"
#include "sink/terminal.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace muster {

output_format format_of(const std::string& path, bool json, bool csv) {
  if (path != "-" && path != "/dev/stdout") {
    try {
      return format_of_file(path);
    } catch (const std::invalid_argument&) {
      if (!json && !csv) throw;
    }
  }
  return csv ? output_format::csv : json ? output_format::jsonl : output_format::text;
}

bool is_standard_output(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return true;
  struct stat own {
  }, named{};
  if (::fstat(STDOUT_FILENO, &own) != 0 || ::stat(path.c_str(), &named) != 0) return false;
  // Terminals and /dev/null may well be named twice.
  const bool keeps = S_ISREG(own.st_mode) || S_ISFIFO(own.st_mode);
  return keeps && own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

void refuse_standard_output(const std::string& path, bool quiet) {
  if (path != "-" && (quiet || !is_standard_output(path))) return;
  throw usage_error{
      fmt::format("-o {}: results go to standard output already; --json and --csv say how", path)};
}

std::string explain_unwritten(const record_output& failed) {
  const bool stalled = failed.error() == std::errc::timed_out;
  return fmt::format("can't write {}: {}; the results in it are not complete", failed.name(),
                     stalled ? "its reader takes nothing" : failed.error().message());
}

bool wants_colour(int descriptor) { return colours_of_terminal(descriptor) != colour_depth::none; }

}  // namespace muster
