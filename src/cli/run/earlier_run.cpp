#include "cli/run/earlier_run.hpp"

#include "cli/regular_file.hpp"
#include "cli/usage_error.hpp"
#include "core/parsed.hpp"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

/// What the log at `path` says. Throws as `read_earlier_run` does.
logged_run read_log(const std::string& path, std::string_view command) {
  const auto fail = [&path](int error) {
    throw std::system_error{error, std::generic_category(), "--resume: " + path};
  };
  std::ifstream file{path, std::ios::binary};
  if (!file) fail(errno);
  job_log_reader reader{command};
  std::vector<char> piece(piece_bytes);
  bool empty = true;
  while (file.read(piece.data(), piece_bytes), file.gcount() > 0) {
    empty = false;
    reader.feed({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (file.bad()) fail(EIO);
  reader.finish();
  if (const auto& other = reader.other_command()) {
    // The first line of a log was the bare words once.
    const bool is_old = !other->starts_with("--");
    throw usage_error{
        fmt::format("--resume: {} is of another command: {}; this one is: {}; {}", path,
                    excerpt(*other), excerpt(command),
                    is_old ? "a log of an earlier version of muster can't tell; name a new one"
                           : "repeat that one, or name another log")};
  }
  if (!reader.is_job_log() && !empty) {
    throw usage_error{"--resume: " + path + " is not a job log"};
  }
  return std::move(reader.found());
}

}  // namespace

std::optional<logged_run> read_earlier_run(const std::string& path, const std::string& appended_to,
                                           std::string_view command) {
  need_regular_file("--resume", path);
  // The first run may be asked for in the same words as those that go on from it.
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    if (appended_to.empty() || appended_to == path) return std::nullopt;
    throw usage_error{fmt::format(
        "--resume: there is no {}; leave it out to begin with --job-log {}", path, appended_to)};
  }
  return read_log(path, command);
}

}  // namespace muster
