#include "cli/run/log_directory.hpp"

#include "core/stable_hash.hpp"
#include "muster/sink.hpp"
#include "targets/target_parts.hpp"

#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t name_bytes_max = 200;

bool stays(char c, bool first) {
  const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return word || c == '_' || c == '@' || c == '+' || c == '=' || c == ',' || c == ':' ||
         (!first && (c == '.' || c == '-'));
}

}  // namespace

std::string safe_file_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (stays(c, name.empty())) {
      name += c;
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (name.size() > name_bytes_max) {
    name.resize(name_bytes_max);
    // Only an escape has a percent sign, and no escape is of letters beyond F.
    name += fmt::format("%h{:016x}", stable_hash(text));
  }
  return name;
}

namespace {

std::string file_name(const target& subject) { return safe_file_name(text_of(subject)) + ".log"; }

}  // namespace

log_directory::log_directory(const std::string& path) : path_{path} {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) throw std::system_error{failed, "--log-dir: " + path};
  directory_ = ::open(path.c_str(), O_DIRECTORY | O_PATH | O_CLOEXEC);
  if (directory_ < 0) {
    throw std::system_error{errno, std::generic_category(), "--log-dir: " + path};
  }
  // A directory that can't be written to is known at the start.
  if (::faccessat(directory_, ".", W_OK | X_OK, AT_EACCESS) != 0) {
    const int error = errno;
    ::close(directory_);
    throw std::system_error{error, std::generic_category(), "--log-dir: " + path};
  }
}

log_directory::~log_directory() { ::close(directory_); }

void log_directory::write(const task_result& result, task_rests& rests) {
  if (!result.process.started || error_) return;
  for (const target& one : result.targets)
    write_file(file_name(one), result, rests);
}

void log_directory::is_there(const target& subject) {
  written_.insert(stable_hash(file_name(subject)));
}

void log_directory::write_file(const std::string& name, const task_result& result,
                               task_rests& rests) {
  const bool again = !written_.insert(stable_hash(name)).second;
  // Whoever left a pipe there must not have muster wait for its reader.
  const int flags =
      O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (again ? O_APPEND : O_TRUNC);
  const int file = ::openat(directory_, name.c_str(), flags, 0666);
  struct stat about {};
  if (file < 0) {
    error_ = std::error_code{errno, std::generic_category()};
  } else if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    error_ = std::make_error_code(std::errc::operation_not_supported);
    ::close(file);
  } else {
    output_file log{file, true};
    for (const process_stream stream : {process_stream::output, process_stream::errors}) {
      rests.whole(result, stream, [&log](std::string_view piece) {
        log.buffer() += piece;
        log.written();
      });
    }
    log.flush();
    error_ = log.error();
  }
  if (error_) failed_ = path_ + "/" + name;
}

}  // namespace muster
