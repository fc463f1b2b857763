// Strategy: three bytes of the lock file are locked. The first one by an open file description,
// which a fork shares: from the command that starts a job to the process that runs it there is no
// moment without a holder. The second one by the process that runs it, as the kernel tells whose
// such a lock is; a number in a file could be that of another process by now. The third one by
// whoever takes results away, so that no two do at once. What the file holds is no part of that: it
// is where a job says how it ended when its database can't be written to.
#include "store/job_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::string_view database_suffix = ".db";
constexpr off_t held_byte = 0;
constexpr off_t signed_byte = 1;
constexpr off_t results_byte = 2;
constexpr std::size_t note_bytes_max = 64 * 1024;

struct flock lock_on(off_t byte) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// False when the file was removed after it had been opened.
bool is_still_there(int descriptor, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

std::string absolute(const std::string& path) {
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(path, ignored);
  return ignored ? path : whole.lexically_normal().string();
}

}  // namespace

job_lock::~job_lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void job_lock::sign() const {
  struct flock lock = lock_on(signed_byte);
  if (::fcntl(descriptor_, F_SETLK, &lock) != 0) fail("can't lock a job");
}

void job_lock::leave_note(std::string_view text) const {
  const auto size = static_cast<ssize_t>(text.size());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, text.data(), text.size(), 0) != size) {
    fail("can't write to the lock of a job");
  }
}

job_directory::job_directory(const std::string& path) : path_{absolute(path) + "/jobs"} {}

std::string job_directory::default_path() {
  // The XDG Base Directory Specification: a relative path is to be ignored.
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state && *state == '/') return std::string{state} + "/muster";
  const char* const home = std::getenv("HOME");
  return home && *home == '/' ? std::string{home} + "/.local/state/muster" : std::string{};
}

bool job_directory::is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= name_bytes_max && text.front() != '.' &&
         text.front() != '-' && std::all_of(text.begin(), text.end(), fits);
}

void job_directory::make() const {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path{path_}.parent_path(), error);
  if (!error && ::mkdir(path_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    error.assign(errno, std::generic_category());
  }
  if (error) throw std::system_error{error, "can't make the directory for jobs, " + path_};
  check();
}

void job_directory::check() const {
  struct stat about {};
  // The link itself first: whoever made it may have it lead wherever he likes.
  const bool is_foreign = (::lstat(path_.c_str(), &about) == 0 && about.st_uid != ::geteuid()) ||
                          (::stat(path_.c_str(), &about) == 0 && about.st_uid != ::geteuid());
  if (is_foreign) {
    throw std::runtime_error{
        fmt::format("the directory for jobs, {}, belongs to another user ({}); name one of your "
                    "own with --state-dir",
                    path_, about.st_uid)};
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw std::runtime_error{
        fmt::format("others can write to the directory for jobs, {}, and so change what a job "
                    "runs; if you trust what is in it, say chmod go-w {}",
                    path_, path_)};
  }
  // Even to read a database its neighbours have to be written.
  if (::access(path_.c_str(), W_OK | X_OK) == 0 || errno == ENOENT) return;
  throw std::runtime_error{
      fmt::format("the directory for jobs, {}, can't be written to: {}; to see what is in it, copy "
                  "{} to another place, and name that with --state-dir",
                  path_, std::generic_category().message(errno),
                  std::filesystem::path{path_}.parent_path().string())};
}

std::vector<std::string> job_directory::names() const {
  std::vector<std::string> found;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator{path_, error};
       !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!name.ends_with(database_suffix)) continue;
    name.resize(name.size() - database_suffix.size());
    if (is_name(name)) found.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw std::system_error{error, "can't read the directory for jobs, " + path_};
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool job_directory::has(const std::string& name) const {
  struct stat about {};
  return ::lstat(database_of(name).c_str(), &about) == 0;
}

std::optional<job_lock> job_directory::try_lock(const std::string& name) const {
  return try_lock(name, held_byte);
}

std::optional<job_lock> job_directory::try_lock_results(const std::string& name) const {
  return try_lock(name, results_byte);
}

std::optional<job_lock> job_directory::try_lock(const std::string& name, off_t byte) const {
  const std::string path = lock_of(name);
  for (;;) {
    job_lock held{
        ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (held.descriptor_ < 0) fail("can't open " + path);
    struct flock lock = lock_on(byte);
    if (::fcntl(held.descriptor_, F_OFD_SETLK, &lock) != 0) {
      if (errno == EAGAIN || errno == EACCES) return std::nullopt;
      fail("can't lock " + path);
    }
    if (is_still_there(held.descriptor_, path)) return held;
  }
}

job_holder job_directory::holder(const std::string& name) const {
  const std::string path = lock_of(name);
  const job_lock seen{::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC)};
  if (seen.descriptor_ < 0) {
    if (errno == ENOENT) return {};
    fail("can't open " + path);
  }
  job_holder who;
  struct flock lock = lock_on(held_byte);
  if (::fcntl(seen.descriptor_, F_OFD_GETLK, &lock) != 0) fail("can't look at " + path);
  who.running = lock.l_type != F_UNLCK;
  lock = lock_on(signed_byte);
  if (who.running && ::fcntl(seen.descriptor_, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
    who.process = std::max(lock.l_pid, pid_t{0});
  }
  return who;
}

std::string job_directory::note(const std::string& name) const {
  const job_lock seen{::open(lock_of(name).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  std::string text(note_bytes_max, '\0');
  const ssize_t size =
      seen.descriptor_ < 0 ? 0 : ::pread(seen.descriptor_, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return text;
}

std::vector<std::string> job_directory::files_of(const std::string& name) const {
  const std::string database = database_of(name);
  return {database, database + "-wal", database + "-shm", log_of(name), input_of(name)};
}

bool job_directory::has_files(const std::string& name) const {
  struct stat about {};
  std::vector<std::string> paths = files_of(name);
  paths.push_back(lock_of(name));
  return std::any_of(paths.begin(), paths.end(), [&about](const std::string& path) {
    return ::lstat(path.c_str(), &about) == 0;
  });
}

void job_directory::clear(const std::string& name) const {
  for (const std::string& path : files_of(name)) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("can't remove " + path);
  }
}

void job_directory::remove(const std::string& name) const {
  clear(name);
  const std::string path = lock_of(name);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("can't remove " + path);
}

}  // namespace muster
