#pragma once

#include "process/spawn_slot.hpp"

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
class spawn_watch {
 public:
  spawn_watch() = default;
  explicit spawn_watch(spawn_slot& watched) : slot_{&watched}, number_{watched.number()} {}
  spawn_watch(spawn_watch&& other) noexcept
      : slot_{std::exchange(other.slot_, nullptr)}, number_{other.number_} {}
  spawn_watch& operator=(spawn_watch&& other) noexcept {
    std::swap(slot_, other.slot_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~spawn_watch() { end(); }

  /// To be asked when the process has ended: whether that was before it could run its program.
  /// After this nothing of this process's keeps the other ends of its streams open.
  spawn_failure end();

 private:
  spawn_slot* slot_ = nullptr;
  std::uint64_t number_ = 0;
};

struct spawned {
  pid_t process = -1;
  int descriptor = -1;  ///< Of the process (pidfd): readable when it has ended. The caller's.
  spawn_failure failure;
  spawn_watch watch;
};

/// Starts processes. The process is the leader of a session and a group of its own, whose number is
/// its own; it is killed when the thread that started it ends.
///
/// The new process finds its program by itself, while this one goes on: that it could not run it is
/// told at its end. If too many are at that, there is no process for now (EBUSY).
class spawner {
 public:
  /// `null_device` is a descriptor of /dev/null that outlives the spawner.
  explicit spawner(int null_device);
  spawner(const spawner&) = delete;
  spawner& operator=(const spawner&) = delete;
  /// All that it started are dead or run their programs.
  ~spawner();

  /// `request` is copied; its descriptors are, too.
  spawned spawn(const spawn_request& request);

  static constexpr std::size_t slots_min = 4;
  static constexpr std::size_t slots_limit = 32;

 private:
  spawn_slot* vacant();
  spawn_slot* another();
  spawn_slot* oldest_occupied() const;

  const int null_device_;
  const std::size_t slots_max_;
  std::vector<std::unique_ptr<spawn_slot>> slots_;
};

}  // namespace muster
