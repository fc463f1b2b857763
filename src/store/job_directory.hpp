#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace muster {

/// The right to run a job, or to remove it. The kernel takes it back from a process that ends,
/// however it ends, so a job whose lock nobody holds is not running, whatever its database says. It
/// is passed on by fork(2), and not by execve(2).
class job_lock {
 public:
  job_lock(job_lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  job_lock& operator=(job_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~job_lock();

  /// Lets others know that this process is the one that holds it.
  void sign() const;
  /// What whoever held it last has left behind for others: how the job ended, where the database
  /// could not be written to. Throws std::system_error.
  void leave_note(std::string_view text) const;

 private:
  friend class job_directory;
  explicit job_lock(int descriptor) : descriptor_{descriptor} {}
  int descriptor_;
};

/// Who runs a job.
struct job_holder {
  bool running = false;
  pid_t process = 0;  ///< 0 while it starts, or when it is out of this process's sight.
};

/// The directory that has a database for each job, and beside it a lock, a log, and what standard
/// input held. All that fails throws std::system_error.
class job_directory {
 public:
  /// `path` need not exist yet.
  explicit job_directory(const std::string& path);
  /// `$XDG_STATE_HOME/muster`, or `~/.local/state/muster`; empty when neither is known.
  static std::string default_path();

  static constexpr std::size_t name_bytes_max = 64;
  /// Letters, digits, `.`, `_` and `-`, and the first one no dot or dash: a name is a part of a
  /// path, and an argument.
  static bool is_name(std::string_view text);

  /// Makes the directory, for this user alone, and those that it is in; then as `check`.
  void make() const;
  /// Throws std::runtime_error when others could put files of their own into the directory, as it
  /// belongs to another user or others may write to it; or when this user can't. One that is not
  /// there is good.
  void check() const;
  /// The jobs there are, in the order of their names.
  std::vector<std::string> names() const;
  bool has(const std::string& name) const;
  /// Whether there is any file of this name: a job, or what is left of one that never came to be.
  bool has_files(const std::string& name) const;

  std::string database_of(const std::string& name) const { return path_ + '/' + name + ".db"; }
  std::string log_of(const std::string& name) const { return path_ + '/' + name + ".log"; }
  std::string input_of(const std::string& name) const { return path_ + '/' + name + ".input"; }

  /// Nothing when another process has it.
  std::optional<job_lock> try_lock(const std::string& name) const;
  /// The right to take results of a job away, which goes with no other right.
  std::optional<job_lock> try_lock_results(const std::string& name) const;
  job_holder holder(const std::string& name) const;
  /// What was left with the lock of a job; empty when nothing was.
  std::string note(const std::string& name) const;
  /// Removes all files of a job but its lock, which the caller holds.
  void clear(const std::string& name) const;
  /// Removes them with the lock.
  void remove(const std::string& name) const;

 private:
  std::optional<job_lock> try_lock(const std::string& name, off_t byte) const;
  std::vector<std::string> files_of(const std::string& name) const;
  std::string lock_of(const std::string& name) const { return path_ + '/' + name + ".lock"; }
  std::string path_;
};

}  // namespace muster
