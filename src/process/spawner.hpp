#pragma once

#include "process/birth.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace muster {

/// Why there is no process, or why one ended without having run its program.
struct spawn_failure {
  int error = 0;  ///< An errno; 0 when nothing failed.
  spawn_step step = spawn_step::none;
};

/// The process that was started, as far as it has not run its program yet.
class birth_watch {
 public:
  birth_watch() = default;
  explicit birth_watch(birth& watched) : birth_{&watched}, number_{watched.number()} {}
  birth_watch(birth_watch&& other) noexcept
      : birth_{std::exchange(other.birth_, nullptr)}, number_{other.number_} {}
  birth_watch& operator=(birth_watch&& other) noexcept {
    std::swap(birth_, other.birth_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~birth_watch() { end(); }

  /// To be asked when the process has ended: whether that was before it could run its program.
  /// After this nothing of this process's keeps the other ends of its streams open.
  spawn_failure end();

 private:
  birth* birth_ = nullptr;
  std::uint64_t number_ = 0;
};

struct spawned {
  pid_t process = -1;
  int descriptor = -1;  ///< Of the process (pidfd): readable when it has ended. The caller's.
  spawn_failure failure;
  birth_watch watch;
};

/// Starts processes. The process is the leader of a session and a group of its own, whose number is
/// its own; it is killed when the thread that started it ends.
///
/// The new process finds its program by itself, while this one goes on: that it could not run it is
/// told at its end. If too many are at that, there is no process for now (EBUSY).
class spawner {
 public:
  /// `nothing` is a descriptor of /dev/null that outlives the spawner.
  explicit spawner(int nothing);
  spawner(const spawner&) = delete;
  spawner& operator=(const spawner&) = delete;
  /// All that it started are dead or run their programs.
  ~spawner();

  /// `request` is copied; its descriptors are, too.
  spawned spawn(const spawn_request& request);

  static constexpr std::size_t births_min = 4;
  static constexpr std::size_t births_limit = 32;

 private:
  birth* vacant();
  birth* another();
  birth* oldest_occupied() const;

  const int nothing_;
  const std::size_t births_max_;
  std::vector<std::unique_ptr<birth>> births_;
};

}  // namespace muster
